//! The local runtime behaves as the platform: each test is named after a behaviour and cites where AWS documents it.
//!
//! The runtime is the real binary, on a free port and with data of its own for each test; the function is
//! `examples/subject.rs`.

mod harness;

mod dynamodb;
mod http_api;
mod iam;
mod lambda;
mod process;
mod websocket_api;
