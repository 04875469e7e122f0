//! Rules that hold for all values.
//!
//! Each property is tried with some hundred random values. A value that breaks it is shrunk and printed, and becomes a
//! test of its own beside the code.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod descriptions;
mod holes;
mod ids;
mod names;
mod pages;
mod times;
mod uploads;
mod words;

use proptest::test_runner::Config;

/// No file remembers a failure, because it becomes a test of its own.
fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}
