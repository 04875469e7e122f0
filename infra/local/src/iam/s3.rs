//! The rights of S3.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use template::bucket_arn;

use super::access::Access;

/// The right to do `action`, such as `GetObject`, to one object.
#[must_use]
pub fn object(action: &str, bucket: &str, key: &str) -> Access {
    Access { action: format!("s3:{action}"), resource: format!("{}/{key}", bucket_arn(bucket)) }
}

/// The right to do `action`, such as `ListBucket`, to a bucket.
#[must_use]
pub fn bucket(action: &str, bucket: &str) -> Access {
    Access { action: format!("s3:{action}"), resource: bucket_arn(bucket) }
}

/// The pattern for all objects with the same first part of their keys. A template cannot name the rest, which is
/// unknown before the objects exist.
pub(super) fn of_all_objects(resource: &str) -> Option<String> {
    let (bucket, key) = resource.strip_prefix(&bucket_arn(""))?.split_once('/')?;
    let folder = key.split_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    Some(format!("{}/{folder}*", bucket_arn(bucket)))
}
