//! The log: a line per invocation, with the function's own lines under it.
//!
//! Everything goes to stderr, in whole blocks, so that concurrent invocations never mix their lines. For programs, each
//! block is one JSON object on one line, and stderr contains nothing else.

mod json;
mod report;
mod text;

use std::{fmt::Display, sync::OnceLock};

use clap::ValueEnum;
use serde::Serialize;

pub use report::Report;
pub(crate) use report::milliseconds;

/// The readers of the log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people; coloured on a terminal
    #[default]
    Text,
    /// For programs: one JSON object a line
    Json,
}

static FORMAT: OnceLock<Format> = OnceLock::new();

/// Sets the format of all later lines; only the first call has an effect.
pub fn init(format: Format) {
    FORMAT.get_or_init(|| format);
    if format == Format::Json {
        std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
    }
}

/// The format of the log.
pub fn format() -> Format {
    FORMAT.get().copied().unwrap_or_default()
}

/// Prints a block for people, or its fields in an object with this `message` for programs.
pub fn show(message: &str, block: &(impl Display + Serialize)) {
    match format() {
        Format::Text => text::block(block),
        Format::Json => json::info(message, block),
    }
}

/// Prints the line of an invocation and the function's lines under it.
pub fn invocation(report: &Report<'_>) {
    match format() {
        Format::Text => text::invocation(report),
        Format::Json => json::invocation(report),
    }
}

/// Prints lines that a function wrote while it served no event.
pub fn orphaned(function: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    match format() {
        Format::Text => text::orphaned(function, lines),
        Format::Json => json::orphaned(function, lines),
    }
}

/// Prints a message that needs no action.
pub fn note(message: &str) {
    match format() {
        Format::Text => text::note(message),
        Format::Json => json::message("INFO", message),
    }
}

/// Prints a message that needs an action.
pub fn warning(message: &str) {
    match format() {
        Format::Text => text::warning(message),
        Format::Json => json::message("WARN", message),
    }
}

/// Prints why the runtime ends.
pub fn error(message: &str) {
    match format() {
        Format::Text => text::error(message),
        Format::Json => json::message("ERROR", message),
    }
}
