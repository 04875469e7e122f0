//! Options of requests that the runtime does not have.

use axum::http::request::Parts;
use s3s::{S3Result, s3_error};

use super::authentication::parameter;

/// Headers, and fields of forms, that change the behaviour of S3.
const HEADERS: [&str; 9] = [
    "x-amz-acl",
    "x-amz-grant-",
    "x-amz-mfa",
    "x-amz-object-lock-",
    "x-amz-server-side-encryption-customer-",
    "x-amz-copy-source-server-side-encryption-customer-",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
];

/// Fields of forms only.
const FIELDS: [&str; 4] = ["acl", "expires", "redirect", "success_action_redirect"];

/// Parameters of a URL.
const PARAMETERS: [&str; 2] = ["partNumber", "versionId"];

/// Refuses a request with such an option.
pub(super) fn refuse(parts: &Parts) -> S3Result<()> {
    if let Some(name) = parts.headers.keys().find(|name| is_one(name.as_str())) {
        return Err(s3_error!(NotImplemented, "{name}: the local runtime does not support this header."));
    }
    match PARAMETERS.into_iter().find(|name| parameter(parts, name).is_some()) {
        Some(name) => {
            Err(s3_error!(NotImplemented, "{name}: the local runtime keeps one version of each object, in one part."))
        }
        None => Ok(()),
    }
}

/// Refuses a form with such a field.
pub(super) fn refuse_fields<'a>(names: impl Iterator<Item = &'a String>) -> S3Result<()> {
    match names.into_iter().find(|name| is_one(name) || FIELDS.contains(&name.as_str())) {
        Some(name) => Err(s3_error!(NotImplemented, "{name}: the local runtime does not support this field.")),
        None => Ok(()),
    }
}

fn is_one(name: &str) -> bool {
    HEADERS.iter().any(|header| if header.ends_with('-') { name.starts_with(header) } else { name == *header })
}
