//! The log of one invocation in the format of CloudWatch, for callers of the Invoke API that ask for its end.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html>

use std::fmt::Write as _;

use super::Failure;
use crate::logs::{Report, milliseconds};

/// `START`, the function's own lines, `END`, `REPORT`.
pub(super) fn text(report: &Report<'_>, failure: Option<&Failure>) -> String {
    let id = report.request_id;
    let mut text = format!("START RequestId: {id} Version: $LATEST\n");
    for line in &report.lines {
        let _ = writeln!(text, "{line}");
    }
    let _ = write!(
        text,
        "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\t\
         Max Memory Used: {} MB\t",
        milliseconds(report.duration),
        report.billed_milliseconds(),
        report.memory_size,
        report.peak_memory_mb().unwrap_or_default(),
    );
    if let Some(init) = report.init {
        let _ = write!(text, "Init Duration: {:.2} ms\t", milliseconds(init));
    }
    match failure.map(|failure| failure.error_type.as_str()) {
        Some("Sandbox.Timedout") => text.push_str("Status: timeout\t"),
        Some(kind) if kind.starts_with("Runtime.") => {
            let _ = write!(text, "Status: error\tError Type: {kind}\t");
        }
        // An error that the function posts is its result; the process goes on.
        Some(_) | None => {}
    }
    text.push('\n');
    text
}
