//! One call.

use tokio_util::sync::CancellationToken;

/// An unanswered call: the gateway closes its connection.
#[derive(Debug)]
pub struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer is lost")
    }
}

impl std::error::Error for Lost {}

/// A service that functions call.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The tables.
    Dynamodb,
    /// The sockets.
    Connections,
    /// The buckets.
    S3,
    /// The secrets.
    Secrets,
}

/// The service and the operation of a signed request, and its signer.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) service: Service,
    /// Such as `GetItem`. The method, if the service is not DynamoDB or Secrets Manager.
    pub(crate) operation: String,
    pub(crate) access_key: String,
}

/// A call of a running invocation.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    /// The function's label.
    pub(crate) function: String,
    /// The number of the invocation since the start.
    pub(crate) invocation: usize,
    /// The number of the call in its invocation, from 1.
    pub(crate) number: u64,
    pub(super) life: Life,
}

impl Call {
    /// Kills the instance that makes the call, and returns when it is dead.
    pub(crate) async fn kill(&self) {
        self.life.kill.cancel();
        self.life.ended.cancelled().await;
    }
}

/// The signals between a call and the instance that makes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    /// Asks for the instance's death.
    pub(super) kill: CancellationToken,
    /// Reports that the instance has answered or died.
    pub(super) ended: CancellationToken,
}
