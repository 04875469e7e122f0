//! The last step of every error: a status and a code for the client, and a line in the log.

use domain::{Error, FieldErrors, Kind, Refusal, causes};
use lambda_http::{
    Body, Response,
    http::{
        HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde::Serialize;

/// An error as a client sees it: problem details (RFC 9457) with a stable code.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    pub(crate) status: u16,
    pub(crate) detail: String,
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<FieldErrors>,
    /// The seconds after which the same request may succeed. An HTTP response has them in a header.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

const fn status(error: &Error) -> StatusCode {
    match error {
        Error::Refused(refusal) => match refusal.kind() {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::NotReady => StatusCode::SERVICE_UNAVAILABLE,
        },
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    /// The problem that a client sees. The error is logged here, once, with its inside causes.
    #[must_use]
    pub fn report(error: Error) -> Self {
        let (status, code) = (status(&error), error.code());
        match &error {
            Error::Internal { doing, source } => tracing::error!(code, doing, cause = causes(&**source)),
            Error::Unavailable { doing, source } => tracing::warn!(code, doing, cause = causes(&**source)),
            Error::Refused(_) => tracing::info!(code, "refused"),
        }
        let detail = error.to_string();
        let retry_after = error.retry_after().map(|wait| wait.as_secs());
        let errors = if let Error::Refused(Refusal::Invalid(errors)) = error { Some(errors) } else { None };
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
        if self.status == StatusCode::UNSUPPORTED_MEDIA_TYPE.as_u16() {
            // The encodings that the next request may have (RFC 9110, section 12.5.3).
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
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
        assert_eq!(answer(Refusal::rate_limited(Duration::from_secs(30)).into()).2, Some(30));
        assert_eq!(answer(Refusal::AttachmentUnchecked.into()).2, Some(1));
        assert_eq!(answer(Error::Unavailable { doing: "storing", source: "busy".into() }).2, Some(1));
        assert_eq!(answer(Refusal::RoomFull.into()).2, None);
    }

    #[test]
    fn whoever_is_not_known_is_asked_for_a_token() {
        assert!(answer(Refusal::Unauthenticated.into()).3 && answer(Refusal::InvalidCredentials.into()).3);
        assert!(!answer(Refusal::NotAMember.into()).3);
    }

    #[test]
    fn a_problem_is_written_as_rfc_9457_says() {
        let (status, body, ..) = answer(Refusal::field("text", "is required").into());
        let expected = serde_json::json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "text: is required.",
            "code": "invalid_request", "errors": {"text": ["is required"]},
        });
        assert_eq!((status, body), (400, expected));
    }
}
