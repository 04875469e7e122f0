//! Records calls, and injects faults, between the functions and the services.

use std::{sync::Arc, time::Duration};

use axum::{body::Body, http::request::Parts, response::Response};

use super::{destination::Destination, refusals};
use crate::{
    api_gateway::websocket::Wanted,
    calls::{Call, Invocations, Lost, Record, Service, Target},
    dynamodb::{conflict, unprocessed},
    faults::{Fault, Faults, Strike},
    iam, s3,
};

/// Records calls and injects faults.
#[derive(Debug)]
pub struct Interceptor {
    invocations: Arc<Invocations>,
    faults: Option<Arc<Faults>>,
}

impl Interceptor {
    /// Intercepts the calls of these invocations.
    #[must_use]
    pub fn new(invocations: Arc<Invocations>, faults: Option<Arc<Faults>>) -> Self {
        Self { invocations, faults }
    }

    pub(super) fn record(&self) -> Option<&Record> {
        self.invocations.record.as_ref()
    }

    pub(super) fn faults(&self) -> Option<&Faults> {
        self.faults.as_deref()
    }

    /// The call that a request makes, if the signer is an instance with a running invocation.
    pub(super) fn call(&self, destination: &Destination, parts: &Parts) -> Option<Call> {
        self.invocations.call(target(destination, parts)?)
    }

    /// Answers a call by `serve`, or by a fault, or not at all.
    pub(super) async fn around(
        &self,
        call: Call,
        parts: Parts,
        body: Body,
        serve: impl AsyncFnOnce(Parts, Body) -> Response,
    ) -> Result<Response, Lost> {
        let serve = async |parts, body| match self.faults().and_then(|faults| faults.strike(&call)) {
            Some(strike) => strike_call(strike, &call, parts, body, serve).await,
            None => Ok(serve(parts, body).await),
        };
        match self.record() {
            Some(record) => record.around(&call, parts, body, serve).await,
            None => serve(parts, body).await,
        }
    }
}

/// The service, the operation and the signer of a request, if functions make such requests.
fn target(destination: &Destination, parts: &Parts) -> Option<Target> {
    let (service, operation) = match destination {
        Destination::DynamoDb(operation) => (Service::Dynamodb, operation.as_str()),
        Destination::Secrets(operation) => (Service::Secrets, operation.as_str()),
        Destination::Sockets(Wanted::Connection(_)) => (Service::Connections, parts.method.as_str()),
        Destination::S3 => {
            let access_key = s3::caller_key(parts)?;
            return Some(Target { service: Service::S3, operation: parts.method.to_string(), access_key });
        }
        Destination::Invoke(_) | Destination::Sockets(Wanted::Socket(_)) | Destination::Local | Destination::Http => {
            return None;
        }
    };
    let access_key = iam::access_key(&parts.headers)?.to_owned();
    Some(Target { service, operation: operation.to_owned(), access_key })
}

/// Executes the fault that strikes a call.
async fn strike_call(
    Strike { fault, millis, mut rng }: Strike,
    call: &Call,
    parts: Parts,
    body: Body,
    serve: impl AsyncFnOnce(Parts, Body) -> Response,
) -> Result<Response, Lost> {
    match fault {
        Fault::KillBefore => {
            call.kill().await;
            Err(Lost)
        }
        Fault::KillAfter => {
            serve(parts, body).await;
            call.kill().await;
            Err(Lost)
        }
        Fault::LoseAnswer => {
            serve(parts, body).await;
            Err(Lost)
        }
        Fault::FailAfter => {
            serve(parts, body).await;
            Ok(refusals::failed(call.service))
        }
        Fault::FailBefore => Ok(refusals::failed(call.service)),
        Fault::Throttle => Ok(refusals::throttled(call.service, &mut rng)),
        Fault::Conflict => Ok(conflict::refusal(&call.operation, body).await),
        Fault::Gone => Ok(refusals::gone()),
        Fault::Slow => {
            let longer = tokio::time::sleep(Duration::from_millis(millis.unsigned_abs()));
            if rng.bool() {
                longer.await;
                return Ok(serve(parts, body).await);
            }
            let response = serve(parts, body).await;
            longer.await;
            Ok(response)
        }
        Fault::Unprocessed => Ok(unprocessed::in_part(parts, body, &mut rng, serve).await),
        // Rules for these cover no call.
        Fault::Duplicate | Fault::Cut | Fault::ForgetDisconnect | Fault::Skew => Ok(serve(parts, body).await),
    }
}
