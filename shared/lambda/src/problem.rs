//! The last step of every error: a status and a code for the client, and a line in the log.

use std::error;

use domain::{Error, FieldErrors};
use lambda_http::{
    Body, Response,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde::Serialize;

/// When to try again what failed because a service was busy, in seconds.
const UNAVAILABLE_FOR: u64 = 1;

/// An error as a client sees it: problem details (RFC 9457) with a stable code.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    pub(crate) status: u16,
    pub(crate) detail: String,
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<FieldErrors>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

const fn status_and_code(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Invalid(_) | Error::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Error::MalformedJson(_) => (StatusCode::BAD_REQUEST, "malformed_json"),
        Error::PayloadTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
        Error::InvalidCredentials => (StatusCode::UNAUTHORIZED, "invalid_credentials"),
        Error::NotAMember => (StatusCode::FORBIDDEN, "not_a_member"),
        Error::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Error::RoomNotFound => (StatusCode::NOT_FOUND, "room_not_found"),
        Error::MessageNotFound(_) => (StatusCode::NOT_FOUND, "message_not_found"),
        Error::UserNotFound(_) | Error::UsernameNotFound => (StatusCode::NOT_FOUND, "user_not_found"),
        Error::UsernameTaken => (StatusCode::CONFLICT, "username_taken"),
        Error::RoomFull => (StatusCode::CONFLICT, "room_full"),
        Error::TooManyRooms(_) => (StatusCode::CONFLICT, "too_many_rooms"),
        Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Error::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Error::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

impl Problem {
    /// What a client is told of an error. It is logged here, once, and with its inside causes.
    pub(crate) fn report(error: Error) -> Self {
        let (status, code) = status_and_code(&error);
        match &error {
            Error::Internal { doing, source } => tracing::error!(code, doing, cause = chain(&**source)),
            Error::Unavailable { doing, source } => tracing::warn!(code, doing, cause = chain(&**source)),
            _ => tracing::info!(code, "refused"),
        }
        let detail = error.to_string();
        let retry_after = match &error {
            Error::RateLimited { retry_after } => Some(retry_after.as_secs()),
            Error::Unavailable { .. } => Some(UNAVAILABLE_FOR),
            _ => None,
        };
        let errors = if let Error::Invalid(errors) = error { Some(errors) } else { None };
        let title = status.canonical_reason().unwrap_or_default();
        Self { kind: "about:blank", title, status: status.as_u16(), detail, code, errors, retry_after }
    }

    /// The problem as an HTTP response.
    pub(crate) fn response(&self) -> Response<Body> {
        let body = serde_json::to_string(self).unwrap_or_default();
        let mut response = Response::new(Body::Text(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED.as_u16() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// An error and all its causes, in one line.
fn chain(error: &(dyn error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
