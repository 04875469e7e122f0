//! Measures load, cold starts, instructions and costs.
//!
//! Clients measure: the latency of a message is the time from the write of its frame to the read of its event from
//! another socket. The system under load reports no measurements of its own.

#![allow(clippy::cast_precision_loss, reason = "measurements have fewer than 52 bits")]

pub mod bench;
pub mod client;
pub mod cpu;
pub mod memory;
pub mod plot;
pub mod price;
pub mod progress;
pub mod report;
pub mod scenario;
pub mod socket;
pub mod target;
