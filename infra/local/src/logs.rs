//! What the person at the terminal reads: a line per invocation, the function's own lines under it.
//!
//! Everything goes to stderr, in whole blocks, so that concurrent invocations never mix their lines.

use std::{fmt::Write as _, time::Duration};

use owo_colors::OwoColorize as _;

use crate::template::Function;

/// What one invocation took.
#[derive(Debug)]
pub struct Report<'a> {
    /// The function, as its binary is called.
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
            function: &function.binary,
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
}

/// Prints the line of an invocation and the function's lines under it.
pub fn invocation(report: &Report<'_>) {
    let mut block = String::new();
    let status = if report.good { report.status.green().to_string() } else { report.status.red().to_string() };
    // Colours have no width, so the padding is computed from the plain text.
    let padding = " ".repeat(9_usize.saturating_sub(report.status.len()));
    let _ = write!(block, "{:<28} {status}{padding} {:>8.1} ms", report.function.bold(), milliseconds(report.duration));
    let _ = write!(block, "  {}", format_args!("billed {} ms", report.billed_milliseconds()).dimmed());
    if let Some(peak) = report.peak_memory {
        let memory = format!("memory {} of {} MB", peak.div_ceil(1024), report.memory_size);
        let _ = write!(block, "  {}", memory.dimmed());
    }
    if let Some(init) = report.init {
        let _ = write!(block, "  {}", format_args!("init {:.1} ms", milliseconds(init)).yellow());
    }
    let _ = writeln!(block, "  {}", report.request_id.dimmed());
    indent(&mut block, &report.lines);
    anstream::eprint!("{block}");
}

/// Prints what a function wrote when it was serving nobody.
pub fn orphaned(function: &str, lines: &[String]) {
    if !lines.is_empty() {
        let mut block = format!("{}\n", function.bold());
        indent(&mut block, lines);
        anstream::eprint!("{block}");
    }
}

/// Prints something the reader should know but need not act on.
pub fn note(text: &str) {
    anstream::eprintln!("{}", text.dimmed());
}

/// Prints something the reader should act on.
pub fn warning(text: &str) {
    anstream::eprintln!("{} {text}", "warning:".yellow().bold());
}

fn indent(block: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(block, "    {line}");
    }
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
