//! The addresses of the port.

use std::{
    io::{Error, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use anyhow::{Result, anyhow, bail};
use tokio::net::TcpListener;

/// Listens on 127.0.0.1, on `::1` if the machine has it, because `localhost` may mean either, and on `also`. Returns the
/// listeners and their port.
///
/// # Errors
/// If an address or the port cannot be used.
pub async fn listen(port: u16, also: Option<IpAddr>) -> Result<(Vec<TcpListener>, u16)> {
    if let Some(every) = also.filter(IpAddr::is_unspecified) {
        bail!("--listen takes one address of this machine, such as 172.17.0.1, and not {every}");
    }
    let first = Ipv4Addr::LOCALHOST.into();
    let v4 = bind(first, port).await.map_err(|error| failed(error, first, port))?;
    let chosen = v4.local_addr()?.port();
    let mut listeners = vec![v4];
    let v6 = Ipv6Addr::LOCALHOST.into();
    match bind(v6, chosen).await {
        Ok(v6) => listeners.push(v6),
        // Half of the clients would reach another program under the same name.
        Err(error) if error.kind() == ErrorKind::AddrInUse && port != 0 => return Err(failed(error, v6, port)),
        Err(_) => {}
    }
    let is_new = |address: &IpAddr| ![first, v6].contains(address);
    if let Some(address) = also.filter(is_new) {
        listeners.push(bind(address, chosen).await.map_err(|error| failed(error, address, port))?);
    }
    Ok((listeners, chosen))
}

async fn bind(address: IpAddr, port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::new(address, port)).await
}

fn failed(error: Error, address: IpAddr, port: u16) -> anyhow::Error {
    match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "port {port} is in use (`lsof -i :{port}` shows by which program); choose another with --port (0 takes any \
             free one)"
        ),
        ErrorKind::PermissionDenied => {
            anyhow!("port {port} needs the rights of an administrator; choose one from 1024 on with --port")
        }
        _ => anyhow::Error::new(error).context(format!("listening on {address}, port {port}")),
    }
}
