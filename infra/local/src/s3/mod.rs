//! S3: the template's buckets, below the paths `/<bucket>/…`.
//!
//! `s3s` reads requests, verifies their signatures and writes answers; what the calls do is here, and so are forms, since
//! `s3s` holds a whole upload in memory. Every call is checked as one of the function that has signed it, whoever brings
//! it; nobody comes in unsigned.

mod authentication;
mod checksum;
mod condition;
mod copy;
mod cors;
mod event;
mod form;
mod lifecycle;
mod listing;
mod operations;
mod policy;
mod store;
mod tags;
mod unsupported;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use s3s::{
    S3Error, S3ErrorCode, S3Request, S3Result,
    service::{S3Service, S3ServiceBuilder},
};
use template::Bucket;

use self::{
    authentication::{Authority, Keys},
    event::Reason,
    store::{Content, Object, Store, Wanted},
};
use crate::{
    eventbridge::EventBridge,
    iam::{Caller, Iam},
    ids, logs,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

/// The template's buckets, as the gateway sees them.
#[derive(Clone)]
pub struct S3 {
    service: Service,
    calls: S3Service,
    authority: Arc<Authority>,
}

impl std::fmt::Debug for S3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3").field("service", &self.service).finish_non_exhaustive()
    }
}

/// What the calls work on.
#[derive(Clone, Debug)]
struct Service {
    buckets: Arc<BTreeMap<String, Bucket>>,
    store: Arc<Store>,
    iam: Arc<Iam>,
    events: EventBridge,
}

/// A request whose sender is known.
#[derive(Clone, Debug)]
struct Arrival {
    caller: Caller,
    source: IpAddr,
    request_id: String,
}

impl Arrival {
    /// The arrival of a request that `s3s` hands on.
    fn of<T>(request: &S3Request<T>) -> S3Result<Self> {
        let arrival = request.extensions.get::<Self>().cloned();
        arrival.ok_or_else(|| S3Error::new(S3ErrorCode::AccessDenied))
    }
}

impl S3 {
    /// Opens the buckets in `directory`. Objects that have ended are deleted once every `sweep`. Must be called inside a
    /// Tokio runtime.
    ///
    /// # Errors
    /// If a bucket's directory cannot be read or made.
    pub fn start(
        directory: &Path,
        buckets: Vec<Bucket>,
        iam: Arc<Iam>,
        events: EventBridge,
        sweep: Duration,
    ) -> Result<Self> {
        let store = Store::open(directory, buckets.iter().map(|bucket| bucket.name.as_str()));
        let store = store.with_context(|| format!("opening the objects in {}", directory.display()))?;
        let buckets = buckets.into_iter().map(|bucket| (bucket.name.clone(), bucket)).collect();
        let authority = Arc::new(Authority::new(Arc::clone(&iam)));
        let service = Service { buckets: Arc::new(buckets), store: Arc::new(store), iam, events };
        let mut builder = S3ServiceBuilder::new(service.clone());
        builder.set_auth(Keys(Arc::clone(&authority)));
        let sweeper = service.clone();
        tokio::spawn(async move { sweeper.delete_expired(sweep).await });
        Ok(Self { service, calls: builder.build(), authority })
    }

    /// Whether the request is one for S3: below a bucket, or signed for it.
    #[must_use]
    pub fn wants(&self, parts: &Parts) -> bool {
        self.bucket(parts).is_some() || authentication::signer(parts).is_some()
    }

    fn bucket(&self, parts: &Parts) -> Option<&Bucket> {
        let name = parts.uri.path().trim_start_matches('/').split('/').next()?;
        self.service.buckets.get(name)
    }

    /// Answers one request that it [`wants`](Self::wants).
    pub async fn handle(&self, source: SocketAddr, parts: Parts, body: Body) -> Response {
        let request_id = ids::s3_request();
        let rules = self.bucket(&parts).map(|bucket| bucket.cors.as_slice()).unwrap_or_default();
        let answered = if cors::is_preflight(&parts) {
            cors::preflight(rules, &parts.headers).map(|headers| (headers, StatusCode::OK).into_response())
        } else {
            let allowed = cors::of_answer(rules, &parts.method, &parts.headers);
            let mut response = match self.answer(source.ip(), &request_id, parts, body).await {
                Ok(response) => response,
                Err(error) => refusal(error),
            };
            response.headers_mut().extend(allowed);
            Ok(response)
        };
        let mut response = answered.unwrap_or_else(refusal);
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    async fn answer(&self, source: IpAddr, request_id: &str, parts: Parts, body: Body) -> S3Result<Response> {
        if let Some(boundary) = form::boundary(&parts)
            && let Some(bucket) = self.bucket(&parts)
        {
            if parts.uri.path().trim_matches('/') != bucket.name {
                let message = "The specified method is not allowed against this resource.";
                return Err(S3Error::with_message(S3ErrorCode::MethodNotAllowed, message));
            }
            let arrival = |caller| Arrival { caller, source, request_id: request_id.to_owned() };
            return self.service.post(&self.authority, &bucket.name, boundary, body, arrival).await;
        }
        let (mut parts, caller) = self.authority.admit(parts)?;
        unsupported::refuse(&parts)?;
        parts.extensions.insert(Arrival { caller, source, request_id: request_id.to_owned() });
        let body = s3s::Body::http_body_unsync(body);
        match self.calls.call(Request::from_parts(parts, body)).await {
            Ok(response) => Ok(response.map(Body::new)),
            Err(error) => Err(S3Error::with_source(S3ErrorCode::InternalError, error.into())),
        }
    }
}

impl Service {
    /// Makes an object, and tells of it.
    async fn put(&self, arrival: &Arrival, reason: Reason, wanted: Wanted, content: Content) -> S3Result<Arc<Object>> {
        let bucket = wanted.bucket.clone();
        let object = self.blocking(move |store| store.put(wanted, content)).await?;
        if self.buckets.get(&bucket).is_some_and(|bucket| bucket.event_bridge) {
            self.events.send(&event::created(&bucket, &object, arrival, reason));
        }
        Ok(object)
    }
}

/// The access key of the signer, if the signer makes the request itself. A link to an object carries a function's signature too, but
/// somebody else follows it with `GET`.
#[must_use]
pub fn caller_key(parts: &Parts) -> Option<String> {
    let is_link = parts.method == Method::GET && !parts.headers.contains_key(header::AUTHORIZATION);
    authentication::signer(parts).filter(|_| !is_link)
}

/// An error that S3 has and `s3s` does not know.
fn named(code: &'static str, status: StatusCode, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// An error as S3 writes it.
pub(crate) fn refusal(error: S3Error) -> Response {
    match error.to_http_response() {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            logs::warning(&format!("an error of S3 cannot be written: {error}"));
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
