//! The parts that all functions share: the composition root, the settings, tokens, and the conversion of events to
//! typed inputs and of errors to answers.
//!
//! This crate knows headers, statuses and variables. It knows no rules and no tables.

mod app;
pub mod authorizer;
mod config;
mod edge;
pub mod files;
pub mod handler;
mod headers;
pub mod http;
pub mod log;
mod metrics;
pub mod object_created;
mod problem;
pub mod socket;
mod tokens;

pub use app::{App, Fatal, Part};
pub use problem::Problem;
pub use tokens::{Claimant, KeySet, Signer, SigningKey};

/// The system's allocator took a fifth of the time of a call by an AWS SDK, which allocates some hundred times.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
