//! All that goes over a socket: frames, and what becomes of a push.
//!
//! This is the only crate that speaks to sockets, through API Gateway's `@connections`. It knows neither rooms nor
//! tables; a push that fails is a value, never an error, so one dead socket fails nothing.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_sdk_apigatewaymanagement::{
    Client, Config,
    config::{IdentityCache, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
};
use domain::{Error, Event};
use futures_util::{StreamExt, stream};

/// How many pushes run at once.
const CONCURRENCY: usize = 64;
/// How often a push is tried whose client is slow to take what it was sent before.
const ATTEMPTS: u32 = 3;
/// How long a push waits before it is tried again, at first.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
/// How long one socket may hold up the answer to the sender.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long all sockets of an event together may.
const PATIENCE_WITH_ALL: Duration = Duration::from_secs(4);
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);

/// An event as it goes over a socket, serialised once for all.
#[derive(Clone, Debug)]
pub struct Frame(Blob);

impl Frame {
    /// The frame of an event.
    pub fn new(event: &Event<'_>) -> Result<Self, Error> {
        let json = serde_json::to_vec(event).map_err(|error| Error::internal("writing a frame", error))?;
        Ok(Self(Blob::new(json)))
    }
}

/// What became of a push, or of another call about one socket.
#[derive(Debug)]
pub enum Outcome {
    /// The socket has taken it.
    Delivered,
    /// There is no such socket: it is closed, or not open yet.
    Gone,
    /// The socket did not take it in time: its client is slow, or the service is. The client sees a gap in the sequence.
    Slow,
    /// API Gateway refused the call, for whatever socket.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

/// The sockets of the WebSocket API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sockets {
    config: Config,
    /// Made when first used: most functions never push.
    client: Arc<OnceLock<Client>>,
}

impl Sockets {
    /// The sockets behind the endpoint, region and credentials of `config`.
    #[must_use]
    pub fn new(config: aws_sdk_apigatewaymanagement::config::Builder) -> Self {
        let config = config
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF))
            .timeout_config(
                TimeoutConfig::builder().connect_timeout(CONNECT_PATIENCE).operation_timeout(PATIENCE).build(),
            )
            // Answers are empty, and the credentials are values already.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .build();
        Self { config, client: Arc::default() }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::from_conf(self.config.clone()))
    }

    /// Opens the connection to API Gateway, so that the first push need not wait for it.
    pub async fn open(&self) {
        // No socket has this id; the answer does not matter, only that there was one.
        let nothing = Frame(Blob::new([]));
        self.push("warm-up", &nothing).await;
    }

    /// Pushes a frame to one socket.
    pub async fn push(&self, connection: &str, frame: &Frame) -> Outcome {
        let sent = self.client().post_to_connection().connection_id(connection).data(frame.0.clone()).send().await;
        outcome(sent)
    }

    /// Pushes frames to many sockets at once; tells for each what became of it, in no order. Those that have no answer
    /// when the time is over are not told of.
    pub async fn push_all<T>(
        &self,
        pushes: impl IntoIterator<Item = (T, Frame)>,
        connection: impl Fn(&T) -> &str,
    ) -> Vec<(T, Outcome)> {
        stream::iter(pushes)
            .map(async |(target, frame)| {
                let outcome = self.push(connection(&target), &frame).await;
                (target, outcome)
            })
            .buffer_unordered(CONCURRENCY)
            .take_until(tokio::time::sleep(PATIENCE_WITH_ALL))
            .collect()
            .await
    }

    /// Asks for a socket: `Gone` where there is none.
    pub async fn look(&self, connection: &str) -> Outcome {
        outcome(self.client().get_connection().connection_id(connection).send().await)
    }

    /// Closes a socket.
    pub async fn close(&self, connection: &str) -> Outcome {
        outcome(self.client().delete_connection().connection_id(connection).send().await)
    }
}

fn outcome<T, E, R>(result: Result<T, SdkError<E, R>>) -> Outcome
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match result {
        Ok(_) => Outcome::Delivered,
        Err(SdkError::TimeoutError(_)) => Outcome::Slow,
        Err(error) => match error.code() {
            Some("GoneException") => Outcome::Gone,
            Some("LimitExceededException") => Outcome::Slow,
            _ => Outcome::Failed(Box::new(error)),
        },
    }
}
