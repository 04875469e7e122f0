//! Requests from known senders.

use std::net::IpAddr;

use s3s::{S3Error, S3ErrorCode, S3Request, S3Result};

use crate::iam::Caller;

/// The sender of a request, and the id of the request.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) caller: Caller,
    pub(super) source: IpAddr,
    pub(super) request_id: String,
}

impl Arrival {
    /// The arrival of a request that `s3s` has read.
    pub(super) fn of<T>(request: &S3Request<T>) -> S3Result<Self> {
        let arrival = request.extensions.get::<Self>().cloned();
        arrival.ok_or_else(|| S3Error::new(S3ErrorCode::AccessDenied))
    }
}
