//! API Gateway: the template's HTTP API and its WebSocket API.

pub(crate) mod http;
mod time;
pub mod websocket;
