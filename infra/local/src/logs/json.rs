//! The log for programs. The numbers of an invocation have the names of Lambda's own `platform.report`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>

use serde::Serialize;
use serde_json::Value;
use time::{OffsetDateTime, macros::format_description};

use super::report::{Report, milliseconds};

/// One line of the log.
#[derive(Serialize)]
struct Line<'a, T> {
    timestamp: String,
    level: &'a str,
    message: &'a str,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    function: &'a str,
    request_id: &'a str,
    status: &'a str,
    duration_ms: f64,
    billed_duration_ms: u128,
    #[serde(rename = "memorySizeMB")]
    memory_size_mb: u32,
    #[serde(rename = "maxMemoryUsedMB", skip_serializing_if = "Option::is_none")]
    max_memory_used_mb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    init_duration_ms: Option<f64>,
    lines: Vec<Value>,
}

#[derive(Serialize)]
struct Orphaned<'a> {
    function: &'a str,
    lines: Vec<Value>,
}

#[derive(Serialize)]
struct Nothing {}

pub(super) fn info(message: &str, fields: &impl Serialize) {
    print("INFO", message, fields);
}

pub(super) fn invocation(report: &Report<'_>) {
    let rest = Invocation {
        function: report.function,
        request_id: report.request_id,
        status: &report.status,
        duration_ms: milliseconds(report.duration),
        billed_duration_ms: report.billed_milliseconds(),
        memory_size_mb: report.memory_size,
        max_memory_used_mb: report.peak_memory_mb(),
        init_duration_ms: report.init.map(milliseconds),
        lines: values(&report.lines),
    };
    print(if report.good { "INFO" } else { "ERROR" }, "invocation", rest);
}

pub(super) fn orphaned(function: &str, lines: &[String]) {
    print("INFO", "output", Orphaned { function, lines: values(lines) });
}

pub(super) fn message(level: &str, message: &str) {
    print(level, message, Nothing {});
}

/// Keeps a line that is a JSON object an object, so that a query reaches into it.
fn values(lines: &[String]) -> Vec<Value> {
    let value = |line: &String| match serde_json::from_str(line) {
        Ok(object @ Value::Object(_)) => object,
        _ => line.as_str().into(),
    };
    lines.iter().map(value).collect()
}

fn print(level: &str, message: &str, rest: impl Serialize) {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let timestamp = OffsetDateTime::now_utc().format(format).unwrap_or_default();
    // Every field is a string, a number or JSON already, so it can be written.
    if let Ok(line) = serde_json::to_string(&Line { timestamp, level, message, rest }) {
        anstream::eprintln!("{line}");
    }
}
