//! Identifiers that look like the platform's, so that nothing learns to rely on shorter or tamer ones.

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

/// The root of an X-Ray trace: `Root=1-<seconds in hex>-<96 random bits>`.
#[must_use]
pub fn trace() -> String {
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp();
    let random = Uuid::new_v4().simple().to_string();
    let random = random.get(..24).unwrap_or_default();
    format!("Root=1-{seconds:08x}-{random}")
}
