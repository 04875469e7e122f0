//! Sockets of the runtime without the platform's limits, which echo every message: a subject for the Autobahn suite.

#![allow(clippy::print_stdout, reason = "the port is what its caller waits for")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::{IntoResponse as _, Response},
};
use local::api_gateway::websocket::{
    connections::Connection,
    handshake::Upgrade,
    socket::{self, Limits},
};
use tokio::net::TcpListener;

const HOUR: Duration = Duration::from_hours(1);

/// The largest message of the suite is 16 MB.
const LIMITS: Limits =
    Limits { idle: HOUR, duration: HOUR, frame: 16 * 1024 * 1024, message: 16 * 1024 * 1024, binary: true };

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let router = Router::new().fallback(echo);
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn echo(ConnectInfo(source): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match Upgrade::asked(&mut parts) {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let (upgrade, response) = upgrade.accepted();
    let (connection, outbox) = Connection::new(source, "localhost", "autobahn");
    let connection = Arc::new(connection);
    tokio::spawn(async move {
        // Fails if the client does not read, and then its case fails.
        let received = |message| {
            let _ = connection.send(message);
        };
        socket::serve(&connection, upgrade, outbox, LIMITS, received, || {}).await;
    });
    response
}
