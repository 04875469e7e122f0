//! What holds for all values, not only for those that somebody thought of.
//!
//! Each property is tried with some hundred random values; one that fails is shrunk and printed, and goes into a test of its
//! own beside what it tests.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod holes;
mod ids;
mod names;
mod pages;
mod times;

use proptest::test_runner::Config;

/// No file remembers a failure: a test of its own does.
fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}
