//! The WebSocket API: opens sockets if the authorizer and `$connect` agree, routes their frames to functions, and lets
//! functions write to them.

mod api;
mod authorizer;
pub mod connections;
mod event;
pub mod handshake;
pub(crate) mod management;
mod paths;
pub mod socket;

use std::{net::SocketAddr, sync::Arc};

use axum::{body::Body, http::request::Parts, response::Response};

pub use self::api::WebSocketApi;
use crate::iam::Iam;

/// The part of a WebSocket API that a request is for.
#[derive(Debug, Eq, PartialEq)]
pub enum Wanted {
    /// A socket, with this query string.
    Socket(String),
    /// The connection with this percent-encoded id.
    Connection(String),
}

impl WebSocketApi {
    /// The part of this API that the request is for, if it is for this API.
    #[must_use]
    pub fn wanted(&self, parts: &Parts) -> Option<Wanted> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        if let Some(query) = paths::query(path, query) {
            return Some(Wanted::Socket(query));
        }
        let rest = path.strip_prefix('/')?.strip_prefix(&self.stage)?;
        match rest.strip_prefix("/@connections/") {
            Some(id) => Some(Wanted::Connection(id.to_owned())),
            None => matches!(rest, "" | "/").then(|| Wanted::Socket(query.to_owned())),
        }
    }

    /// Answers a request for `wanted`.
    pub async fn handle(
        self: &Arc<Self>,
        iam: &Iam,
        source: SocketAddr,
        wanted: Wanted,
        parts: Parts,
        body: Body,
    ) -> Response {
        match wanted {
            Wanted::Socket(query) => handshake::handshake(Arc::clone(self), source, parts, query).await,
            Wanted::Connection(id) => management::handle(self, iam, &id, parts, body).await,
        }
    }
}
