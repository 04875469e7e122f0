//! The local runtime behaves as the platform: each test is named after a behaviour and cites its documentation by AWS.
//!
//! The runtime is the real binary, on a free port and with data of its own for each test; the function is
//! `examples/subject.rs`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod harness;

mod dynamodb;
mod eventbridge;
mod faults;
mod foreign;
mod handshake;
mod host;
mod http_api;
mod iam;
mod invoke_api;
mod lambda;
mod listen;
mod log;
mod process;
mod s3;
mod secrets_manager;
mod watch;
mod websocket_api;
