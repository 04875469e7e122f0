//! Builds the workspace and starts its local runtime, for journeys, conformance tests and loads.
//!
//! This crate knows the runtime by its executable, its command line and its output. It links neither the runtime nor a
//! function.

mod build;
mod runtime;

pub use rustix::process::Signal;

pub use build::{build, executables, workspace};
pub use runtime::Runtime;
