//! What all functions share: the composition root, the settings, and the way from an event to a typed input and from an
//! error to an answer.
//!
//! This crate knows headers, statuses and variables, and neither rules nor tables.

mod app;
pub mod authorizer;
mod config;
pub mod files;
pub mod handler;
pub mod http;
pub mod log;
pub mod object_created;
mod problem;
pub mod socket;
mod tokens;
mod trust;

pub use app::{App, Fatal, Part};
pub use tokens::{Claimant, KeySet, Signer, SigningKey};

/// A call of an AWS SDK allocates some hundred times; the system's allocator took a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
