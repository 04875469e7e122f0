//! The event about a new object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>

use serde_json::{Value, json};
use template::{ACCOUNT_ID, OBJECT_CREATED, REGION, bucket_arn};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{arrival::Arrival, object::Object};
use crate::ids;

/// The call that created an object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reason {
    Put,
    Post,
    Copy,
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Self::Put => "PutObject",
            Self::Post => "POST Object",
            Self::Copy => "CopyObject",
        }
    }
}

/// The event `Object Created`.
pub(super) fn created(bucket: &str, object: &Object, arrival: &Arrival, reason: Reason) -> Value {
    let time = OffsetDateTime::from(object.created.clone());
    let whole_seconds = time.replace_nanosecond(0).unwrap_or(time);
    json!({
        "version": "0",
        "id": ids::lambda_request(),
        "detail-type": OBJECT_CREATED,
        "source": "aws.s3",
        "account": ACCOUNT_ID,
        "time": whole_seconds.format(&Rfc3339).unwrap_or_default(),
        "region": REGION,
        "resources": [bucket_arn(bucket)],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": {
                "key": object.key,
                "size": object.size,
                "etag": object.e_tag,
                // The later of two events on one key has the higher number.
                "sequencer": format!("{:018X}", time.unix_timestamp_nanos()),
            },
            "request-id": arrival.request_id,
            "requester": ACCOUNT_ID,
            "source-ip-address": arrival.source.to_string(),
            "reason": reason.name(),
        },
    })
}
