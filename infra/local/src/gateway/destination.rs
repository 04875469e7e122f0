//! The services behind the port.

use crate::api_gateway::websocket::Wanted;

/// The service that a request is for.
#[derive(Debug)]
pub(super) enum Destination {
    /// DynamoDB, with the operation.
    DynamoDb(String),
    /// Secrets Manager, with the operation.
    Secrets(String),
    /// The Invoke API of Lambda, with the percent-encoded name of the function.
    Invoke(String),
    /// The WebSocket API, or its connection management API.
    Sockets(Wanted),
    /// A bucket, or S3 itself.
    S3,
    /// A report of the runtime itself, below `/_local/`.
    Local,
    /// The HTTP API.
    Http,
}

impl Destination {
    /// Whether the service has rules of its own for pages of other origins.
    pub(super) fn has_origin_rules(&self) -> bool {
        matches!(self, Self::Http | Self::S3 | Self::Sockets(Wanted::Socket(_)))
    }
}
