//! The numbers of one invocation.

use std::time::Duration;

/// The outcome of one invocation and its costs.
#[derive(Debug)]
pub struct Report<'a> {
    /// The function's label.
    pub function: &'a str,
    /// The request id, as in the function's own lines.
    pub request_id: &'a str,
    /// `200`, `ok`, or the error's type.
    pub status: String,
    /// Whether the function returned a result.
    pub good: bool,
    /// From the event to the answer, without the initialisation.
    pub duration: Duration,
    /// The duration of a new instance's initialisation.
    pub init: Option<Duration>,
    /// The process's peak memory in kilobytes, on systems with `/proc`.
    pub peak_memory: Option<u64>,
    /// Megabytes.
    pub memory_size: u32,
    /// The function's own lines.
    pub lines: Vec<String>,
}

impl<'a> Report<'a> {
    /// Begins the report of an invocation: times, memory and outcome are set later.
    #[must_use]
    pub fn new(function: &'a str, memory_size: u32, request_id: &'a str) -> Self {
        Self {
            function,
            request_id,
            status: String::new(),
            good: false,
            duration: Duration::ZERO,
            init: None,
            peak_memory: None,
            memory_size,
            lines: Vec::new(),
        }
    }

    /// The whole milliseconds that Lambda bills: initialisation and invocation together.
    #[must_use]
    pub fn billed_milliseconds(&self) -> u128 {
        (self.duration + self.init.unwrap_or_default()).as_micros().div_ceil(1000)
    }

    /// Megabytes, as Lambda reports it.
    pub(crate) fn peak_memory_mb(&self) -> Option<u64> {
        self.peak_memory.map(|kilobytes| kilobytes.div_ceil(1024))
    }
}

/// A duration in milliseconds, with their fraction.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
