//! The HTTP API: finds the route, makes the event of payload format 2.0, and turns the function's answer into a
//! response.

mod cors;
mod event;
mod fields;
mod response;
mod routes;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Result;
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use template::Cors;
use time::OffsetDateTime;

use self::{
    event::{Arrival, Event},
    routes::{Matched, Routes},
};
use crate::{
    api_gateway::throttle::Throttle,
    ids,
    lambda::{Cause, Lambda},
    logs,
};

/// The time that the platform waits for an integration.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest request body, in bytes.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// The largest request line and header values together, in bytes.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const MAX_HEAD: usize = 10_240;

const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// An HTTP API.
#[derive(Debug)]
pub struct HttpApi {
    id: String,
    cors: Option<Cors>,
    routes: Routes,
    throttle: Throttle,
    lambda: Lambda,
}

impl HttpApi {
    /// The API of a template.
    ///
    /// # Errors
    /// If two routes contradict each other, or a route is not possible.
    pub fn new(api: template::HttpApi, lambda: Lambda) -> Result<Self> {
        let (routes, throttle) = (Routes::new(&api.routes)?, Throttle::new(api.throttling));
        Ok(Self { id: api.id, cors: api.cors, routes, throttle, lambda })
    }

    /// Answers one request.
    pub async fn handle(&self, source: SocketAddr, parts: Parts, body: Body) -> Response {
        let request_id = ids::gateway();
        let mut response = if head_size(&parts) > MAX_HEAD {
            message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")
        } else if let Some(preflight) = self.cors.as_ref().and_then(|cors| cors::preflight(cors, &parts)) {
            preflight
        } else {
            let mut response = self.route(source, &request_id, &parts, body).await;
            if let Some(cors) = &self.cors {
                cors::apply(cors, &parts.headers, response.headers_mut());
            }
            response
        };
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    async fn route(&self, source: SocketAddr, request_id: &str, parts: &Parts, body: Body) -> Response {
        let path = decoded(parts.uri.path());
        let Some(matched) = self.routes.find(parts.method.as_str(), &path) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        if !self.throttle.admits(&matched.route.key, Instant::now()) {
            return too_many_requests();
        }
        let Ok(body) = to_bytes(body, MAX_BODY).await else {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let trace = ids::trace_of(&parts.headers);
        let time = OffsetDateTime::now_utc();
        let arrival = Arrival { api_id: &self.id, request_id, path: &path, trace: &trace, source, time };
        let event = serde_json::to_vec(&Event::new(&arrival, &matched, parts, &body));
        match event {
            Ok(event) => self.integrate(&parts.method, &matched, &trace, event.into()).await,
            Err(error) => {
                logs::warning(&format!("the event of {} cannot be written: {error}", parts.uri));
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }

    async fn integrate(&self, method: &Method, matched: &Matched<'_>, trace: &str, event: Bytes) -> Response {
        let invocation = self.lambda.invoke(&matched.route.function, trace, event);
        let internal_error = || message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
            Ok(Ok(payload)) => response::response(method, &payload).unwrap_or_else(|| {
                logs::warning(&format!("the answer of {} is not a response", matched.route.function));
                internal_error()
            }),
            Ok(Err(failure)) => match failure.cause {
                Cause::Busy => too_many_requests(),
                Cause::TooLarge => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
                // If Lambda refuses an invocation, even because of its concurrency, the API has failed.
                Cause::Function | Cause::Throttled | Cause::Unknown | Cause::Service => internal_error(),
            },
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

/// The path for the route and the event. It ends at an escaped `?` too.
fn decoded(path: &str) -> String {
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    path.split('?').next().unwrap_or_default().to_owned()
}

fn head_size(parts: &Parts) -> usize {
    let line = parts.method.as_str().len() + parts.uri.to_string().len() + "  HTTP/1.1".len();
    line + parts.headers.values().map(HeaderValue::len).sum::<usize>()
}

/// The refusal of a throttled request. The platform documents no `Retry-After`; here it has one.
fn too_many_requests() -> Response {
    let mut response = message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({"message": text}))).into_response()
}
