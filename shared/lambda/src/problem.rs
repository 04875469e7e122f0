//! The last step of every error: a status and a code for the client, and a line in the log.

use domain::{Error, FieldErrors, causes};
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
    pub(crate) retry_after: Option<u64>,
}

const fn status_and_code(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Invalid(_) | Error::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Error::AttachmentInvalid(_) => (StatusCode::BAD_REQUEST, "attachment_invalid"),
        Error::MalformedJson(_) => (StatusCode::BAD_REQUEST, "malformed_json"),
        Error::PayloadTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
        Error::InvalidCredentials => (StatusCode::UNAUTHORIZED, "invalid_credentials"),
        Error::WrongPassword => (StatusCode::FORBIDDEN, "wrong_password"),
        Error::NotAMember => (StatusCode::FORBIDDEN, "not_a_member"),
        Error::ForeignOrigin => (StatusCode::FORBIDDEN, "foreign_origin"),
        Error::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Error::RoomNotFound => (StatusCode::NOT_FOUND, "room_not_found"),
        Error::MessageNotFound(_) => (StatusCode::NOT_FOUND, "message_not_found"),
        Error::UserNotFound(_) | Error::UsernameNotFound => (StatusCode::NOT_FOUND, "user_not_found"),
        Error::UsernameTaken => (StatusCode::CONFLICT, "username_taken"),
        Error::RoomFull => (StatusCode::CONFLICT, "room_full"),
        Error::TooManyRooms(_) => (StatusCode::CONFLICT, "too_many_rooms"),
        Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
        Error::TooManySockets => (StatusCode::TOO_MANY_REQUESTS, "too_many_sockets"),
        Error::AttachmentUnchecked | Error::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Error::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

impl Problem {
    /// What a client is told of an error. It is logged here, once, and with its inside causes.
    pub(crate) fn report(error: Error) -> Self {
        let (status, code) = status_and_code(&error);
        match &error {
            Error::Internal { doing, source } => tracing::error!(code, doing, cause = causes(&**source)),
            Error::Unavailable { doing, source } => tracing::warn!(code, doing, cause = causes(&**source)),
            _ => tracing::info!(code, "refused"),
        }
        let detail = error.to_string();
        let retry_after = match &error {
            Error::RateLimited { retry_after } => Some(retry_after.as_secs()),
            Error::AttachmentUnchecked | Error::Unavailable { .. } => Some(UNAVAILABLE_FOR),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(error: Error) -> (u16, serde_json::Value, Option<u64>, bool) {
        let response = Problem::report(error).response();
        let headers = response.headers();
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        let retry_after = headers.get(RETRY_AFTER).map(|seconds| seconds.to_str().unwrap().parse().unwrap());
        let body = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body, retry_after, headers.contains_key(WWW_AUTHENTICATE))
    }

    #[test]
    fn nothing_of_the_inside_is_told() {
        let inside = || std::io::Error::other("table 7 is on fire");
        for (error, status) in [
            (Error::internal("storing", inside()), 500),
            (Error::Unavailable { doing: "storing", source: inside().into() }, 503),
        ] {
            let (told, body, ..) = answer(error);
            assert_eq!(told, status);
            assert!(!body.to_string().contains("fire") && !body.to_string().contains("storing"), "{body}");
        }
    }

    #[test]
    fn whoever_should_come_back_is_told_when() {
        let limited = Error::RateLimited { retry_after: Duration::from_secs(30) };
        assert_eq!(answer(limited).2, Some(30));
        assert_eq!(answer(Error::Unavailable { doing: "storing", source: "busy".into() }).2, Some(1));
        assert_eq!(answer(Error::RoomFull).2, None);
    }

    #[test]
    fn whoever_is_not_known_is_asked_for_a_token() {
        assert!(answer(Error::Unauthenticated).3 && answer(Error::InvalidCredentials).3);
        assert!(!answer(Error::NotAMember).3);
    }

    #[test]
    fn a_problem_is_written_as_rfc_9457_says() {
        let (status, body, ..) = answer(Error::field("text", "is required"));
        let expected = serde_json::json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "text: is required.",
            "code": "invalid_request", "errors": {"text": ["is required"]},
        });
        assert_eq!((status, body), (400, expected));
    }
}
