//! S3: the template's buckets, below the paths `/<bucket>/…`.
//!
//! `s3s` reads requests, verifies their signatures and writes answers. The calls are implemented here, and so are
//! forms, because `s3s` would hold a whole upload in memory. Every call has the rights of the function that signed it, for
//! any sender. Unsigned requests are refused.

mod arrival;
mod authentication;
mod checksum;
mod condition;
mod content;
mod copy;
mod cors;
mod error;
mod event;
mod form;
mod lifecycle;
mod listing;
mod object;
mod operations;
mod policy;
mod service;
mod store;
mod tags;
mod unsupported;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    service::{S3Service, S3ServiceBuilder},
};
use template::Bucket;

pub(crate) use self::error::refusal;
use self::{
    arrival::Unknown,
    authentication::{Authority, Keys},
    service::Service,
    store::Store,
};
use crate::{eventbridge::EventBridge, iam::Iam, ids};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

/// The template's buckets.
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

impl S3 {
    /// Opens the buckets in `directory`, and deletes the objects that have ended once every `sweep`. Must be called
    /// inside a Tokio runtime.
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

    /// Whether the request is for S3: below a bucket, or signed for S3.
    #[must_use]
    pub fn wants(&self, parts: &Parts) -> bool {
        self.bucket(parts).is_some() || authentication::signer(parts).is_some()
    }

    fn bucket(&self, parts: &Parts) -> Option<&Bucket> {
        let name = parts.uri.path().trim_start_matches('/').split('/').next()?;
        self.service.buckets.get(name)
    }

    /// Answers one request that it [`wants`](Self::wants).
    /// `is_foreign` marks requests from pages of other origins.
    pub async fn handle(&self, source: SocketAddr, is_foreign: bool, parts: Parts, body: Body) -> Response {
        let request_id = ids::s3_request();
        let rules = self.bucket(&parts).map(|bucket| bucket.cors.as_slice()).unwrap_or_default();
        let answered = if cors::is_preflight(&parts) {
            cors::preflight(rules, &parts.headers).map(|headers| (headers, StatusCode::OK).into_response())
        } else {
            let allowed = cors::of_answer(rules, &parts.method, &parts.headers);
            let unknown = Unknown { source: source.ip(), request_id: request_id.clone(), is_foreign };
            let mut response = match self.answer(unknown, parts, body).await {
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

    async fn answer(&self, unknown: Unknown, parts: Parts, body: Body) -> S3Result<Response> {
        if let Some(boundary) = form::boundary(&parts)
            && let Some(bucket) = self.bucket(&parts)
        {
            if parts.uri.path().trim_matches('/') != bucket.name {
                let message = "The specified method is not allowed against this resource.";
                return Err(S3Error::with_message(S3ErrorCode::MethodNotAllowed, message));
            }
            return self.service.post(&self.authority, &bucket.name, boundary, body, unknown).await;
        }
        let (mut parts, caller) = self.authority.admit(parts)?;
        unsupported::refuse(&parts)?;
        parts.extensions.insert(unknown.signed_by(caller)?);
        let body = s3s::Body::http_body_unsync(body);
        match self.calls.call(Request::from_parts(parts, body)).await {
            Ok(response) => Ok(response.map(Body::new)),
            Err(error) => Err(S3Error::with_source(S3ErrorCode::InternalError, error.into())),
        }
    }
}

/// The access key of the signer, if the signer makes the request itself. A link to an object carries a function's
/// signature too, but somebody else follows it with `GET`.
#[must_use]
pub fn caller_key(parts: &Parts) -> Option<String> {
    let is_link = parts.method == Method::GET && !parts.headers.contains_key(header::AUTHORIZATION);
    authentication::signer(parts).filter(|_| !is_link)
}
