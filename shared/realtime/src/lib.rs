//! Frames, and pushes of frames to sockets.
//!
//! This is the only crate that calls API Gateway's `@connections`. It knows no rooms and no tables. A failed push is a
//! value, never an error, so that a dead socket fails nothing.

mod post;
mod sign;

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use aws::{Attempts, Caller, Settings};
use aws_sdk_apigatewaymanagement::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};
use bytes::Bytes;
use domain::{Error, Event, Timestamp};
use futures_util::{StreamExt, stream};
use http::uri::InvalidUri;

use crate::{post::Endpoint, sign::Signer};

/// The number of pushes at once.
const CONCURRENCY: usize = 64;
/// The attempts of a push: two seconds in all, for which one socket may delay the answer to the sender. Three attempts
/// on dead connections are within them.
const ATTEMPTS: Attempts = Attempts {
    most: 3,
    backoff: Duration::from_millis(50),
    each: Duration::from_millis(600),
    all: Duration::from_secs(2),
};
/// How long all sockets of an event together may delay the answer.
const PATIENCE_WITH_ALL: Duration = Duration::from_secs(4);

/// A serialised event. It is hashed once for all sockets.
#[derive(Clone, Debug)]
pub struct Frame {
    body: Bytes,
    hash: Arc<str>,
}

impl Frame {
    /// The frame of an event.
    pub fn new(event: &Event<'_>) -> Result<Self, Error> {
        let json = serde_json::to_vec(event).map_err(|error| Error::internal("writing a frame", error))?;
        Ok(Self::of(json.into()))
    }

    fn of(body: Bytes) -> Self {
        Self { hash: sign::hash(&body).into(), body }
    }
}

/// The outcome of a push, or of another call about one socket.
#[derive(Debug)]
pub enum Outcome {
    /// API Gateway has passed the frame to the socket.
    Delivered,
    /// The socket is closed, or not open yet.
    Gone,
    /// The socket did not take the frame in time, because its client or the service is slow. The client sees a gap in
    /// the sequence.
    Slow,
    /// API Gateway refused the call for a reason other than the socket.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

/// The sockets of the WebSocket API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    endpoint: Endpoint,
    caller: Caller,
    /// Made at its first use, because most functions never close a socket.
    client: OnceLock<Client>,
}

impl Sockets {
    /// The sockets of the stage whose URL is the endpoint of `settings`.
    ///
    /// # Errors
    /// The endpoint is not a URL.
    pub fn new(settings: Settings) -> Result<Self, InvalidUri> {
        let endpoint = Endpoint::parse(settings.endpoint.as_deref().unwrap_or_default())?;
        let caller = Caller::new(settings.tls.clone());
        Ok(Self(Arc::new(Inner { settings, endpoint, caller, client: OnceLock::new() })))
    }

    fn client(&self) -> &Client {
        self.0.client.get_or_init(|| Client::new(&self.0.settings.sdk(ATTEMPTS)))
    }

    /// Opens the connection to API Gateway, so that the first push does not wait for it.
    pub async fn open(&self) {
        // No socket has this id. Any answer means that the connection is open.
        self.push("warm-up", &Frame::of(Bytes::new())).await;
    }

    /// Pushes a frame to one socket.
    pub async fn push(&self, connection: &str, frame: &Frame) -> Outcome {
        self.post(&self.signer(), connection, frame).await
    }

    /// Pushes frames to many sockets at once. Returns the outcomes in the order in which they are known, without those
    /// that are unknown when the time is over.
    pub async fn push_all<T>(
        &self,
        pushes: impl IntoIterator<Item = (T, Frame)>,
        connection: impl Fn(&T) -> &str,
    ) -> Vec<(T, Outcome)> {
        let signer = self.signer();
        stream::iter(pushes)
            .map(async |(target, frame)| {
                let outcome = self.post(&signer, connection(&target), &frame).await;
                (target, outcome)
            })
            .buffer_unordered(CONCURRENCY)
            .take_until(tokio::time::sleep(PATIENCE_WITH_ALL))
            .collect()
            .await
    }

    fn signer(&self) -> Signer {
        let Settings { credentials, region, .. } = &self.0.settings;
        Signer::new(credentials, region, Timestamp::from(SystemTime::now()))
    }

    /// Asks when a frame last went over a socket, in either direction. Not at all counts as at the beginning of time.
    ///
    /// # Errors
    /// `Gone` if the socket does not exist.
    pub async fn look(&self, connection: &str) -> Result<Timestamp, Outcome> {
        let found = self.client().get_connection().connection_id(connection).send().await;
        let active_at = found.as_ref().ok().and_then(|found| found.last_active_at()?.to_millis().ok());
        match outcome(found) {
            Outcome::Delivered => Ok(Timestamp::from_millis(active_at.and_then(|at| at.try_into().ok()).unwrap_or(0))),
            other => Err(other),
        }
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
            // The limits of the socket and of the account.
            Some("LimitExceededException" | "TooManyRequestsException") => Outcome::Slow,
            _ => Outcome::Failed(Box::new(error)),
        },
    }
}
