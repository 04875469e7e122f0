//! The lines of the functions of a local system that logs JSON.

use e2e::{Server, assert_time};
use serde_json::Value;

/// The lines of each invocation, as they were written.
pub(crate) fn invocations(server: &Server) -> Vec<Vec<Value>> {
    let log = server.log();
    let invocations = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("the log is JSON"));
    invocations.map(|invocation| invocation["lines"].as_array().cloned().unwrap_or_default()).collect()
}

/// All lines.
pub(crate) fn lines(server: &Server) -> Vec<Value> {
    invocations(server).concat()
}

/// Asserts that Lambda finds the time and the level of a line.
pub(crate) fn assert_dated(line: &Value) {
    assert_time(&line["timestamp"]);
    let level = line["level"].as_str().unwrap_or_default();
    assert!(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "{line}");
}
