//! List prices in `us-east-1`, in dollars per million, without the free tier, and without data transfer and storage.
//! Taken in November 2026 from the pages named.

/// <https://aws.amazon.com/api-gateway/pricing/>, HTTP APIs, the first 300 million requests of a month, each 512 KB.
pub const REQUEST: f64 = 1.0;
/// <https://aws.amazon.com/api-gateway/pricing/>, WebSocket APIs, the first billion messages, each 32 KB, either way.
pub const MESSAGE: f64 = 1.0;
/// <https://aws.amazon.com/lambda/pricing/>
pub const INVOCATION: f64 = 0.20;
/// <https://aws.amazon.com/lambda/pricing/>, Arm, a gigabyte for a second.
pub const GIGABYTE_SECOND: f64 = 13.3334;
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, standard tables.
pub const WRITE_UNIT: f64 = 0.625;
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>, standard tables.
pub const READ_UNIT: f64 = 0.125;
/// <https://aws.amazon.com/s3/pricing/>, S3 Standard: `PUT`, `COPY`, `POST` and `LIST` requests.
pub const PUT: f64 = 5.0;
/// <https://aws.amazon.com/s3/pricing/>, S3 Standard: all other requests except `DELETE`, which is free.
pub const GET: f64 = 0.4;
/// <https://aws.amazon.com/eventbridge/pricing/>, events of S3 that are turned on.
pub const EVENT: f64 = 1.0;
/// <https://aws.amazon.com/cloudwatch/pricing/>, a kilobyte of logs taken in.
pub const LOG: f64 = 0.5;

/// Returns the price of a call of S3 by its method.
#[must_use]
pub fn object(method: &str) -> f64 {
    match method {
        "DELETE" => 0.0,
        "GET" | "HEAD" => GET,
        _ => PUT,
    }
}
