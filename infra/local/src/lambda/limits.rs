//! The sizes of events and answers (Lambda quotas).

/// The largest event and the largest answer of a synchronous invocation, in bytes.
pub(super) const MAX_PAYLOAD: usize = 6 * 1024 * 1024 + 100;

/// The largest asynchronous event, in bytes.
pub(super) const MAX_EVENT: usize = 1024 * 1024;
