//! Conditional requests.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use s3s::{
    S3Error, S3ErrorCode, S3Result,
    dto::{ETagCondition, Timestamp},
    s3_error,
};
use time::OffsetDateTime;

use super::object::Object;

/// The conditions of a read or a copy.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the names are HTTP's")]
pub(super) struct Preconditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl Preconditions {
    /// Checks the conditions. `unchanged` is the error if the reader has the object already. The tag outranks the time.
    pub(super) fn check(&self, object: &Object, unchanged: S3ErrorCode) -> S3Result<()> {
        let changed_since = |time: &Timestamp| seconds(&object.created) > seconds(time);
        let is_wanted = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => holds(condition, object),
            (None, Some(time)) => !changed_since(time),
            (None, None) => true,
        };
        if !is_wanted {
            return Err(failed());
        }
        let is_new = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => !holds(condition, object),
            (None, Some(time)) => changed_since(time),
            (None, None) => true,
        };
        if is_new { Ok(()) } else { Err(S3Error::new(unchanged)) }
    }
}

/// The conditions of a write.
#[derive(Debug, Default)]
pub(super) struct Overwrite {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl Overwrite {
    pub(super) fn check(&self, old: Option<&Object>) -> S3Result<()> {
        if let Some(condition) = &self.if_match {
            let old = old.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))?;
            if !holds(condition, old) {
                return Err(failed());
            }
        }
        match (&self.if_none_match, old) {
            (Some(condition), Some(old)) if holds(condition, old) => Err(failed()),
            _ => Ok(()),
        }
    }
}

fn failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

fn holds(condition: &ETagCondition, object: &Object) -> bool {
    condition.as_etag().is_none_or(|tag| tag.value() == object.e_tag)
}

/// The whole seconds of a time: headers have no fractions.
fn seconds(time: &Timestamp) -> i64 {
    OffsetDateTime::from(time.clone()).unix_timestamp()
}
