//! Requests from known senders.

use std::net::IpAddr;

use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};

use crate::iam::Caller;

/// A request from a known sender.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) caller: Caller,
    pub(super) source: IpAddr,
    pub(super) request_id: String,
}

/// A request before its sender is known.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    pub(super) source: IpAddr,
    pub(super) request_id: String,
    /// Whether a page of another origin has sent it.
    pub(super) is_foreign: bool,
}

impl Unknown {
    /// The request of `caller`. A page of another origin needs the signature of a function: it must not pass for the
    /// developer, whose signature is not verified.
    pub(super) fn signed_by(self, caller: Caller) -> S3Result<Arrival> {
        let Self { source, request_id, is_foreign } = self;
        if is_foreign && caller == Caller::Developer {
            return Err(s3_error!(
                AccessDenied,
                "Access Denied: from pages of other origins, the local runtime takes only requests signed by functions"
            ));
        }
        Ok(Arrival { caller, source, request_id })
    }
}

impl Arrival {
    /// The arrival of a request that `s3s` has read.
    pub(super) fn of<T>(request: &S3Request<T>) -> S3Result<Self> {
        let arrival = request.extensions.get::<Self>().cloned();
        arrival.ok_or_else(|| S3Error::new(S3ErrorCode::AccessDenied))
    }
}
