//! The line that moves while something runs.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::atomic::{AtomicUsize, Ordering},
};

/// How far something is. Where nobody watches a terminal, one line at its end.
#[derive(Debug)]
pub struct Progress {
    what: String,
    total: usize,
    done: AtomicUsize,
}

impl Progress {
    /// Nothing of `total` is done.
    #[must_use]
    pub fn new(what: &str, total: usize) -> Self {
        Self { what: what.to_owned(), total, done: AtomicUsize::new(0) }
    }

    /// One more is done.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let last = done == self.total;
        let mut stderr = std::io::stderr().lock();
        // Who is not told how far it is misses nothing else.
        let _ = match (stderr.is_terminal(), last) {
            (true, _) => write!(stderr, "\r\x1b[K{} {done}/{}{}", self.what, self.total, if last { "\n" } else { "" }),
            (false, true) => writeln!(stderr, "{} {done}/{}", self.what, self.total),
            (false, false) => Ok(()),
        };
    }
}
