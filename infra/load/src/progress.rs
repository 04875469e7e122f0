//! A line that shows the progress of a run.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The progress of a run. If stderr is not a terminal, it is one line at the end.
#[derive(Debug)]
pub struct Progress {
    what: String,
    total: usize,
    done: AtomicUsize,
}

impl Progress {
    /// Starts at 0 of `total`.
    #[must_use]
    pub fn new(what: &str, total: usize) -> Self {
        Self { what: what.to_owned(), total, done: AtomicUsize::new(0) }
    }

    /// Counts one more.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let last = done == self.total;
        let mut stderr = std::io::stderr().lock();
        // Progress that cannot be written does no harm.
        let _ = match (stderr.is_terminal(), last) {
            (true, _) => write!(stderr, "\r\x1b[K{} {done}/{}{}", self.what, self.total, if last { "\n" } else { "" }),
            (false, true) => writeln!(stderr, "{} {done}/{}", self.what, self.total),
            (false, false) => Ok(()),
        };
    }
}
