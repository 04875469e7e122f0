//! What stands between the functions and the services that they call, where somebody has asked for it: the record of calls,
//! and faults.
//!
//! A function is known by the credentials of its instance, and an instance serves one event at a time: so a call belongs to
//! the invocation that runs in the instance which signed it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    body::Body,
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use tokio_util::sync::CancellationToken;

use crate::{calls::Calls, faults::Faults};

/// A call is not answered: its connection is closed instead.
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

/// Where a request goes, and who has signed it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) service: Service,
    /// Such as `GetItem`; the method, where the service is not DynamoDB.
    pub(crate) operation: String,
    pub(crate) access_key: String,
}

/// A call that an invocation makes.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    /// The function, by its label.
    pub(crate) function: String,
    /// Which invocation since the start.
    pub(crate) invocation: usize,
    /// Which call of the invocation, from 1.
    pub(crate) number: u64,
    life: Life,
}

impl Call {
    /// Kills the instance that makes the call, and returns when it is dead.
    pub(crate) async fn kill(&self) {
        self.life.kill.cancel();
        self.life.ended.cancelled().await;
    }
}

/// What stands in between.
#[derive(Debug, Default)]
pub struct Interceptor {
    /// The record of calls.
    pub calls: Option<Calls>,
    /// The faults.
    pub faults: Option<Arc<Faults>>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    begun: usize,
    by_access_key: HashMap<String, Invocation>,
}

/// An invocation that runs.
#[derive(Debug)]
struct Invocation {
    function: String,
    number: usize,
    calls: u64,
    life: Life,
}

#[derive(Clone, Debug, Default)]
struct Life {
    /// Somebody wants the instance dead.
    kill: CancellationToken,
    /// The instance has answered, or is dead.
    ended: CancellationToken,
}

impl Interceptor {
    /// One where there is something to do for it.
    #[must_use]
    pub fn new(calls: Option<Calls>, faults: Option<Arc<Faults>>) -> Option<Arc<Self>> {
        let wanted = calls.is_some() || faults.is_some();
        wanted.then(|| Arc::new(Self { calls, faults, ..Self::default() }))
    }

    /// The instance with this access key gets an event. It is to be killed when the token says so.
    pub(crate) fn begin(&self, access_key: &str, function: &str) -> CancellationToken {
        let life = Life::default();
        let kill = life.kill.clone();
        let mut running = self.running();
        let number = running.begun;
        running.begun += 1;
        let invocation = Invocation { function: function.to_owned(), number, calls: 0, life };
        running.by_access_key.insert(access_key.to_owned(), invocation);
        if let Some(calls) = &self.calls {
            calls.begin(number, function);
        }
        kill
    }

    /// The instance with this access key has answered, or is dead.
    pub(crate) fn end(&self, access_key: &str) {
        if let Some(invocation) = self.running().by_access_key.remove(access_key) {
            invocation.life.ended.cancel();
            if let Some(calls) = &self.calls {
                calls.end(invocation.number);
            }
        }
    }

    /// The call of the invocation that runs in the instance which signed a request, if one does.
    pub(crate) fn call(&self, Target { service, operation, access_key }: Target) -> Option<Call> {
        let mut running = self.running();
        let Invocation { function, number, calls, life } = running.by_access_key.get_mut(&access_key)?;
        *calls += 1;
        let (function, life) = (function.clone(), life.clone());
        Some(Call { service, operation, function, invocation: *number, number: *calls, life })
    }

    /// Answers a call by `serve`, or not at all.
    pub(crate) async fn around(
        &self,
        call: Call,
        parts: Parts,
        body: Body,
        serve: impl AsyncFnOnce(Parts, Body) -> Response,
    ) -> Result<Response, Lost> {
        let serve = async |parts, body| match &self.faults {
            Some(faults) => faults.around(&call, parts, body, serve).await,
            None => Ok(serve(parts, body).await),
        };
        match &self.calls {
            Some(calls) => calls.around(&call, parts, body, serve).await,
            None => serve(parts, body).await,
        }
    }

    /// Answers a request to the interceptor itself, and gives back any other.
    pub(crate) async fn answer(&self, parts: Parts, body: Body) -> Result<Response, (Parts, Body)> {
        match (parts.uri.path(), &self.calls, &self.faults) {
            ("/_local/calls", Some(calls), _) => Ok(Json(calls.invocations()).into_response()),
            ("/_local/faults", _, Some(faults)) => Ok(faults.answer(&parts, body).await),
            _ => Err((parts, body)),
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
