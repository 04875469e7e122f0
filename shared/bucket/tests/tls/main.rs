//! Calls to S3 over TLS: the certificates that they trust, and connections that die.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed test")]

mod http2;
mod server;
mod trust;
