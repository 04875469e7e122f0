//! Load, cold starts, instructions and costs: how fast the system is, and what that is known by.
//!
//! Clients measure: a latency is from the moment a frame is given to its socket to the moment its event is read from
//! another. Nothing of the system under load is asked how it feels.

#![allow(clippy::cast_precision_loss, reason = "what is measured has fewer than 52 bits")]

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
