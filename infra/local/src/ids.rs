//! Identifiers in the platform's formats, so that no code comes to rely on shorter or simpler ones.

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use uuid::Uuid;

/// A request id of Lambda: a UUID.
#[must_use]
pub fn lambda_request() -> String {
    Uuid::new_v4().to_string()
}

/// An id of API Gateway, of a request or a connection: eleven bytes in base64, such as `L0SM9cOFvHcCIhw=`.
#[must_use]
pub fn gateway() -> String {
    let random = Uuid::new_v4().into_bytes();
    URL_SAFE.encode(random.get(..11).unwrap_or_default())
}

/// A request id of S3: sixteen capitals and digits, such as `N4N7GDK58NMKJ12R`.
#[must_use]
pub fn s3_request() -> String {
    let random = Uuid::new_v4().simple().to_string().to_uppercase();
    random.get(..16).unwrap_or_default().to_owned()
}

/// The tracing header of a new trace: `Root=1-<seconds in hex>-<96 random bits>`.
#[must_use]
pub fn trace() -> String {
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp();
    let random = Uuid::new_v4().simple().to_string();
    let random = random.get(..24).unwrap_or_default();
    format!("Root=1-{seconds:08x}-{random}")
}

/// The client's tracing header, or a new one.
///
/// "AWS X-Ray concepts": the header can originate from an AWS service or from the client.
#[must_use]
pub fn trace_of(headers: &HeaderMap) -> String {
    let sent = headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
    sent.filter(|value| value.starts_with("Root=1-")).map_or_else(trace, str::to_owned)
}

/// The tracing header for a function: `trace` with a parent segment and a decision on sampling.
#[must_use]
pub fn segment(trace: &str) -> String {
    if trace.contains("Parent=") {
        return trace.to_owned();
    }
    let parent = Uuid::new_v4().simple().to_string();
    format!("{trace};Parent={};Sampled=0", parent.get(..16).unwrap_or_default())
}
