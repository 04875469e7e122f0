//! From the command line to a system that answers.

use std::{
    env, fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpListener;

use crate::{
    build,
    dynamodb::DynamoDb,
    gateway::{self, Gateway},
    http_api::HttpApi,
    iam::Iam,
    lambda::{Endpoints, Lambda},
    logs,
    options::Options,
    template::{Template, secrets::Secrets},
    warden::Warden,
    websocket_api::{Limits, WebSocketApi},
};

/// A system that answers. Dropped, it leaves its functions to the end of the warden.
#[derive(Debug)]
pub struct System {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    /// Kills the functions.
    pub warden: Warden,
    /// Held for as long as the data directory is ours.
    _lock: Option<fs::File>,
}

/// Builds and starts everything. Must be called inside a Tokio runtime.
///
/// # Errors
/// A sentence for the person at the terminal.
pub async fn start(options: &Options) -> Result<System> {
    let file = template_file(options)?;
    let root = file.parent().unwrap_or(Path::new(".")).to_owned();
    let source = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let data = data_directory(options, &root);
    let lock = data.as_deref().map(lock).transpose()?;
    let mut secrets = match &data {
        Some(directory) => Secrets::open(directory.join("secrets.json"))?,
        None => Secrets::in_memory(),
    };
    let template = Template::parse(&source, &mut secrets).with_context(|| file.display().to_string())?;
    // Before the build, so that a port in use is known at once.
    let (listeners, port) = listen(options.port, options.listen).await?;
    let executables = build::executables(options, &root, template.functions.clone()).await?;
    let dynamodb = DynamoDb::start(data.as_deref(), &template.tables)?;
    let warden = Warden::start(&env::current_exe().context("looking for this program's own executable")?)?;
    let iam = Arc::new(Iam::new(&template.functions));
    let url = format!("http://127.0.0.1:{port}");
    let stage = template.websocket_api.as_ref().map(|api| api.stage.clone());
    let lambda = Lambda::new(executables, &iam, &Endpoints { base: url.clone(), stage }, &warden);
    let http_api = template.http_api.map(|api| HttpApi::new(api, lambda.clone())).transpose()?;
    let limits = Limits { idle: options.socket_idle, duration: options.socket_duration };
    let websocket_api = template.websocket_api.map(|api| Arc::new(WebSocketApi::new(api, lambda, limits)));
    let gateway = Arc::new(Gateway { http_api, websocket_api, dynamodb, iam });
    for listener in listeners {
        let gateway = Arc::clone(&gateway);
        tokio::spawn(async move {
            if let Err(error) = gateway::serve(gateway, listener).await {
                logs::warning(&format!("the gateway has ended: {error}"));
            }
        });
    }
    match &data {
        Some(directory) => logs::note(&format!("the data is in {}", directory.display())),
        None => logs::note("the data ends with this process"),
    }
    Ok(System { url, warden, _lock: lock })
}

fn template_file(options: &Options) -> Result<PathBuf> {
    if let Some(file) = &options.template {
        return std::path::absolute(file).with_context(|| format!("looking for {}", file.display()));
    }
    // `cargo run` says where the package is, whatever the current directory.
    let start = env::var_os("CARGO_MANIFEST_DIR").map_or_else(env::current_dir, |directory| Ok(directory.into()))?;
    let found = start.ancestors().map(|directory| directory.join("template.yaml")).find(|file| file.is_file());
    found.with_context(|| {
        format!("there is no template.yaml in {} or above it; name one with --template", start.display())
    })
}

fn data_directory(options: &Options, root: &Path) -> Option<PathBuf> {
    (!options.memory).then(|| options.data.clone().unwrap_or_else(|| root.join(".local")))
}

/// Two runtimes on one database would each believe that the sockets are theirs.
fn lock(directory: &Path) -> Result<fs::File> {
    fs::create_dir_all(directory).with_context(|| format!("making the data directory {}", directory.display()))?;
    let path = directory.join("lock");
    let file = fs::File::create(&path).with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            bail!(
                "{} is in use by another local runtime; stop it, or choose another directory with --data",
                directory.display()
            )
        }
        Err(fs::TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}

/// Listens on 127.0.0.1, on `::1` where there is one, since `localhost` may mean either, and on `also`.
async fn listen(port: u16, also: Option<IpAddr>) -> Result<(Vec<TcpListener>, u16)> {
    let bind = async |address: IpAddr, port: u16| TcpListener::bind(SocketAddr::new(address, port)).await;
    let failed = |error: std::io::Error, address: IpAddr| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("port {port} is in use; choose another with --port (0 takes any free one)")
        }
        _ => anyhow::Error::new(error).context(format!("listening on {address}, port {port}")),
    };
    let v4 = bind(Ipv4Addr::LOCALHOST.into(), port).await.map_err(|error| failed(error, Ipv4Addr::LOCALHOST.into()))?;
    let chosen = v4.local_addr()?.port();
    let mut listeners = vec![v4];
    match bind(Ipv6Addr::LOCALHOST.into(), chosen).await {
        Ok(v6) => listeners.push(v6),
        // Half of the clients would reach another program under the same name.
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && port != 0 => {
            return Err(failed(error, Ipv6Addr::LOCALHOST.into()));
        }
        Err(_) => {}
    }
    if let Some(address) = also {
        listeners.push(bind(address, chosen).await.map_err(|error| failed(error, address))?);
    }
    Ok((listeners, chosen))
}
