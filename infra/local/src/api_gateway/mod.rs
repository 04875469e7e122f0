//! API Gateway: the template's HTTP API and its WebSocket API.

pub(crate) mod http;
mod throttle;
mod time;
pub mod websocket;
