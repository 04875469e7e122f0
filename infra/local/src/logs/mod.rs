//! What the person at the terminal reads: a line per invocation, the function's own lines under it.
//!
//! Everything goes to stderr, in whole blocks, so that concurrent invocations never mix their lines. For programs each
//! block is one JSON object on one line, and nothing else is ever written.

mod json;
mod screen;
mod text;

use std::{sync::OnceLock, time::Duration};

use clap::ValueEnum;

pub use screen::{Route, Screen};

use crate::template::Function;

/// Who reads the log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people; coloured on a terminal
    #[default]
    Text,
    /// For programs: one JSON object a line
    Json,
}

static FORMAT: OnceLock<Format> = OnceLock::new();

/// Decides the format of everything that is logged from now on; the first call counts.
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

/// What one invocation took.
#[derive(Debug)]
pub struct Report<'a> {
    /// The function, by its label.
    pub function: &'a str,
    /// The request id, the same as in the function's own lines.
    pub request_id: &'a str,
    /// `200`, `ok`, or the error's type.
    pub status: String,
    /// Whether the caller got what it wanted.
    pub good: bool,
    /// From the event to the answer, initialisation not counted.
    pub duration: Duration,
    /// How long a new instance took to get ready.
    pub init: Option<Duration>,
    /// The most memory the process has had, in kilobytes, where the system says.
    pub peak_memory: Option<u64>,
    /// Megabytes.
    pub memory_size: u32,
    /// The function's own lines.
    pub lines: Vec<String>,
}

impl<'a> Report<'a> {
    /// A report of which the times, the memory and the outcome are still to come.
    #[must_use]
    pub fn new(function: &'a Function, request_id: &'a str) -> Self {
        Self {
            function: function.label(),
            request_id,
            status: String::new(),
            good: false,
            duration: Duration::ZERO,
            init: None,
            peak_memory: None,
            memory_size: function.memory_size,
            lines: Vec::new(),
        }
    }

    /// What Lambda bills: whole milliseconds, and since initialisation is billed as well, both together.
    #[must_use]
    pub fn billed_milliseconds(&self) -> u128 {
        (self.duration + self.init.unwrap_or_default()).as_micros().div_ceil(1000)
    }

    /// Megabytes, as Lambda reports it.
    pub(crate) fn peak_memory_mb(&self) -> Option<u64> {
        self.peak_memory.map(|kilobytes| kilobytes.div_ceil(1024))
    }
}

/// Says where everything is.
pub fn ready(screen: &Screen) {
    match format() {
        Format::Text => text::ready(screen),
        Format::Json => json::ready(screen),
    }
}

/// Prints the line of an invocation and the function's lines under it.
pub fn invocation(report: &Report<'_>) {
    match format() {
        Format::Text => text::invocation(report),
        Format::Json => json::invocation(report),
    }
}

/// Prints what a function wrote when it was serving nobody, or what another program had to say.
pub fn orphaned(function: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    match format() {
        Format::Text => text::orphaned(function, lines),
        Format::Json => json::orphaned(function, lines),
    }
}

/// Prints something the reader should know but need not act on.
pub fn note(message: &str) {
    match format() {
        Format::Text => text::note(message),
        Format::Json => json::message("INFO", message),
    }
}

/// Prints something the reader should act on.
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

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
