//! Builds the workspace and starts its local runtime, for journeys, conformance tests and loads.
//!
//! This crate knows the runtime by its executable, its command line and its output. It links neither the runtime nor a
//! function.

mod build;
mod runtime;

pub use rustix::process::Signal;

pub use build::{build, executables, workspace};
pub use runtime::Runtime;

/// Parameters of the template with which no test meets a limit per user or network: its users are few, come from one
/// address, and are in a hurry. Scripts read the same file.
pub fn parameters() -> impl Iterator<Item = &'static str> {
    include_str!("../parameters.txt").split_whitespace()
}
