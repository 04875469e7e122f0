//! The `Invoke` action of Lambda's own API, so that `aws lambda invoke --endpoint-url …` reaches the functions.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use template::function_arn;

use super::{
    Cause, Failure, Invocation, Lambda,
    limits::{MAX_EVENT, MAX_PAYLOAD},
};
use crate::{
    iam::{Access, Iam},
    ids,
};

/// The size of the log's end that a caller gets, in bytes ("Invoke": `LogResult` is 4 KB).
const LOG_TAIL: usize = 4096;

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The percent-encoded name of the function, if the request is an `Invoke`.
#[must_use]
pub fn wanted(parts: &Parts) -> Option<&str> {
    let rest = parts.uri.path().strip_prefix("/2015-03-31/functions/")?;
    rest.strip_suffix("/invocations").filter(|_| parts.method == Method::POST)
}

/// Answers a request that [`wanted`] recognised.
pub async fn handle(lambda: &Lambda, iam: &Iam, name: &str, parts: &Parts, body: Body) -> Response {
    match invoke(lambda, iam, name, parts, body).await {
        Ok(response) => response,
        Err(Refusal { status, error_type, body }) => {
            let error_type = [(HeaderName::from_static("x-amzn-errortype"), error_type)];
            (status, error_type, Json(body)).into_response()
        }
    }
}

/// The answer of Lambda if it does not run the function.
struct Refusal {
    status: StatusCode,
    error_type: String,
    body: Value,
}

impl Refusal {
    fn new(status: StatusCode, error_type: &str, body: Value) -> Self {
        Self { status, error_type: error_type.to_owned(), body }
    }

    fn invalid(error_type: &str, message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error_type, json!({"Type": "User", "message": message}))
    }
}

impl From<Failure> for Refusal {
    fn from(Failure { error_type, message, cause, .. }: Failure) -> Self {
        let (status, body) = match cause {
            Cause::Throttled | Cause::Busy => {
                let reason = match cause {
                    Cause::Busy => "ConcurrentInvocationLimitExceeded",
                    _ => "ReservedFunctionConcurrentInvocationLimitExceeded",
                };
                (StatusCode::TOO_MANY_REQUESTS, json!({"Reason": reason, "Type": "User", "message": message}))
            }
            Cause::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, json!({"Type": "User", "message": message})),
            Cause::Unknown => (StatusCode::NOT_FOUND, json!({"Type": "User", "Message": message})),
            Cause::Service | Cause::Function => {
                (StatusCode::INTERNAL_SERVER_ERROR, json!({"Type": "Service", "Message": message}))
            }
        };
        Self { status, error_type, body }
    }
}

async fn invoke(lambda: &Lambda, iam: &Iam, name: &str, parts: &Parts, body: Body) -> Result<Response, Refusal> {
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let function = lambda.named(&name).ok_or_else(|| Failure::unknown(&name))?;
    let access = Access { action: "lambda:InvokeFunction".to_owned(), resource: function_arn(function) };
    iam.check(&iam.caller(&parts.headers), access).map_err(|denied| {
        Refusal::new(StatusCode::FORBIDDEN, "AccessDeniedException", json!({"Message": denied.to_string()}))
    })?;
    let trace = ids::trace_of(&parts.headers);
    let invocation_type = header(&parts.headers, "x-amz-invocation-type").unwrap_or("RequestResponse");
    let limit = if invocation_type == "Event" { MAX_EVENT } else { MAX_PAYLOAD };
    let payload = payload(body, invocation_type, limit).await?;
    match invocation_type {
        "RequestResponse" => {
            let wants_log = header(&parts.headers, "x-amz-log-type") == Some("Tail");
            answer(lambda.begin(function, &trace, payload)?, wants_log).await
        }
        "Event" => {
            let request_id = lambda.send(function, &trace, payload)?;
            Ok((StatusCode::ACCEPTED, [(REQUEST_ID, request_id)]).into_response())
        }
        "DryRun" => Ok(StatusCode::NO_CONTENT.into_response()),
        other => Err(Refusal::invalid("InvalidParameterValueException", &format!("{other} is not an invocation type"))),
    }
}

/// The event. Without a body it is an empty object.
async fn payload(body: Body, invocation_type: &str, limit: usize) -> Result<Bytes, Refusal> {
    let body = to_bytes(body, limit).await.map_err(|_| Failure::too_large(limit + 1, invocation_type, limit))?;
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<IgnoredAny>(&body) {
        Ok(IgnoredAny) => Ok(body),
        Err(error) => Err(Refusal::invalid(
            "InvalidRequestContentException",
            &format!("Could not parse request body into json: {error}"),
        )),
    }
}

async fn answer(invocation: Invocation, wants_log: bool) -> Result<Response, Refusal> {
    let Invocation { request_id, result, log } = invocation;
    let result = result.await.unwrap_or_else(|_| Err(Failure::stopped()));
    let mut response = match result {
        Ok(payload) => payload.into_response(),
        Err(failure) if failure.cause == Cause::Function => {
            ([(FUNCTION_ERROR, "Unhandled")], failure.payload()).into_response()
        }
        Err(failure) => return Err(failure.into()),
    };
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if wants_log {
        let log = log.await.unwrap_or_default();
        let tail = log.as_bytes().get(log.len().saturating_sub(LOG_TAIL)..).unwrap_or_default();
        if let Ok(tail) = HeaderValue::from_str(&STANDARD.encode(tail)) {
            headers.insert(LOG_RESULT, tail);
        }
    }
    Ok(response)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
