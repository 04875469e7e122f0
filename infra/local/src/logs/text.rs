//! The log for people. It has colours on a terminal, unless `NO_COLOR` is set.

use std::fmt::{Display, Write as _};

use owo_colors::OwoColorize as _;

use super::report::{Report, milliseconds};

pub(super) fn block(block: &impl Display) {
    anstream::eprint!("{block}");
}

pub(super) fn invocation(report: &Report<'_>) {
    let mut block = String::new();
    let status = if report.good { report.status.green().to_string() } else { report.status.red().to_string() };
    // Colours have no width, so the padding is computed from the plain text.
    let padding = " ".repeat(9_usize.saturating_sub(report.status.len()));
    let _ = write!(block, "{:<28} {status}{padding} {:>8.1} ms", report.function.bold(), milliseconds(report.duration));
    let _ = write!(block, "  {}", format_args!("billed {} ms", report.billed_milliseconds()).dimmed());
    if let Some(peak) = report.peak_memory_mb() {
        let _ = write!(block, "  {}", format_args!("memory {peak} of {} MB", report.memory_size).dimmed());
    }
    if let Some(init) = report.init {
        let _ = write!(block, "  {}", format_args!("init {:.1} ms", milliseconds(init)).yellow());
    }
    let _ = writeln!(block, "  {}", report.request_id.dimmed());
    indent(&mut block, &report.lines);
    anstream::eprint!("{block}");
}

pub(super) fn orphaned(function: &str, lines: &[String]) {
    let mut block = format!("{}\n", function.bold());
    indent(&mut block, lines);
    anstream::eprint!("{block}");
}

pub(super) fn note(message: &str) {
    anstream::eprintln!("{}", message.dimmed());
}

pub(super) fn warning(message: &str) {
    anstream::eprintln!("{} {message}", "warning:".yellow().bold());
}

pub(super) fn error(message: &str) {
    anstream::eprintln!("{} {message}", "error:".red().bold());
}

fn indent(block: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(block, "    {line}");
    }
}
