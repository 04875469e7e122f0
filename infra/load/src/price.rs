//! List prices in `us-east-1`, in dollars per million, without the free tier, and without logs, data transfer and storage.
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
