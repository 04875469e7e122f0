//! Failed invocations.

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::json;
use template::function_arn;

/// A failed invocation, in Lambda's words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// Such as `Sandbox.Timedout`, or the type that the function posted.
    pub error_type: String,
    /// For people. An authorizer refuses with the message `Unauthorized`.
    pub message: String,
    /// The cause, which decides the answer to the caller.
    pub cause: Cause,
    /// The error that the function posted, word for word.
    posted: Option<Bytes>,
}

/// The cause of a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// The function raised an error, died, took too long, or returned too much.
    Function,
    /// All instances that the template allows are busy.
    Throttled,
    /// More events wait than this machine can serve.
    Busy,
    /// The event is larger than Lambda accepts.
    TooLarge,
    /// There is no such function.
    Unknown,
    /// The runtime is shutting down.
    Service,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Posted {
    error_type: String,
    error_message: String,
}

impl Failure {
    pub(super) fn new(error_type: &str, message: String) -> Self {
        Self { error_type: error_type.to_owned(), message, cause: Cause::Function, posted: None }
    }

    /// The error that a function posted to `…/error`.
    pub(crate) fn posted(body: Bytes) -> Self {
        let posted: Posted = serde_json::from_slice(&body).unwrap_or_default();
        Self { posted: Some(body), ..Self::new(&posted.error_type, posted.error_message) }
    }

    /// The payload that a caller gets in place of a result.
    pub(super) fn payload(&self) -> Bytes {
        let Self { error_type, message, .. } = self;
        self.posted
            .clone()
            .unwrap_or_else(|| json!({"errorType": error_type, "errorMessage": message}).to_string().into())
    }

    pub(super) fn timed_out(request: &str, timeout: std::time::Duration) -> Self {
        let seconds = timeout.as_secs_f64();
        Self::new("Sandbox.Timedout", format!("RequestId: {request} Error: Task timed out after {seconds:.2} seconds"))
    }

    pub(super) fn exited(request: &str, status: std::process::ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let how = match (status.code(), status.signal()) {
            (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
            (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
            (None, Some(signal)) => format!("Runtime exited with error: signal: {signal}"),
            (None, None) => "Runtime exited with error".to_owned(),
        };
        Self::new("Runtime.ExitError", format!("RequestId: {request} Error: {how}"))
    }

    pub(super) fn throttled() -> Self {
        Self { cause: Cause::Throttled, ..Self::new("TooManyRequestsException", "Rate Exceeded.".to_owned()) }
    }

    /// In the words of Lambda for an account without free instances.
    pub(super) fn busy() -> Self {
        Self { cause: Cause::Busy, ..Self::throttled() }
    }

    pub(super) fn too_large(size: usize, invocation_type: &str, limit: usize) -> Self {
        let message =
            format!("{size} byte payload is too large for the {invocation_type} invocation type (limit {limit} bytes)");
        Self { cause: Cause::TooLarge, ..Self::new("RequestTooLargeException", message) }
    }

    pub(super) fn unknown(function: &str) -> Self {
        let message = format!("Function not found: {}", function_arn(function));
        Self { cause: Cause::Unknown, ..Self::new("ResourceNotFoundException", message) }
    }

    /// The runtime is shutting down.
    pub(super) fn stopped() -> Self {
        let message = "the local runtime is shutting down".to_owned();
        Self { cause: Cause::Service, ..Self::new("ServiceException", message) }
    }
}
