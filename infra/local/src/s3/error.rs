//! Errors as S3 writes them.

use axum::{
    body::Body,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use s3s::{S3Error, S3ErrorCode};

use crate::logs;

/// An error of S3 that `s3s` does not have.
pub(super) fn named(code: &'static str, status: StatusCode, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// The answer with an error.
pub(crate) fn refusal(error: S3Error) -> Response {
    match error.to_http_response() {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            logs::warning(&format!("an error of S3 cannot be written: {error}"));
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
