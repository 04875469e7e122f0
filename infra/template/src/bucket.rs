//! `AWS::S3::Bucket`: the properties that the runtime honours, and those that change nothing on a laptop.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::{Deserialize, de::IgnoredAny};

use crate::properties::comma_delimited;

/// An S3 bucket.
#[derive(Debug)]
pub struct Bucket {
    /// The logical id in lower case: a bucket's name has no capitals.
    pub name: String,
    /// Cross-origin rules. The first one that fits a request counts.
    pub cors: Vec<CorsRule>,
    /// Rules for the end of objects.
    pub lifecycle: Vec<LifecycleRule>,
    /// Whether the bucket sends events to EventBridge.
    pub event_bridge: bool,
}

/// One rule of `CorsConfiguration`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CorsRule {
    /// Origins; each may have one `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allowed_origins: Vec<String>,
    /// Methods.
    pub allowed_methods: Vec<String>,
    /// Request headers; each may have one `*`.
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// Response headers that a script may read.
    #[serde(default)]
    pub exposed_headers: Vec<String>,
    /// Seconds for which a browser may keep the answer to a preflight.
    #[serde(default)]
    pub max_age: Option<u64>,
    #[serde(default, rename = "Id")]
    _id: Option<IgnoredAny>,
}

/// An enabled rule of `LifecycleConfiguration`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LifecycleRule {
    /// The beginning of the objects' keys.
    pub prefix: String,
    /// The tags of the objects: an object must have all of them.
    pub tags: BTreeMap<String, String>,
    /// Days from an object's creation to its end.
    pub days: u32,
}

impl Bucket {
    /// The bucket of the resource `id`.
    pub(super) fn new(id: &str, read: Properties) -> Result<Self> {
        let name = id.to_lowercase();
        // "General purpose bucket naming rules"; a logical id is alphanumeric anyway.
        ensure!(
            (3..=63).contains(&name.len()),
            "the local runtime names the bucket {name}, and a name has 3 to 63 characters"
        );
        let rules = read.lifecycle_configuration.map(|lifecycle| lifecycle.rules).unwrap_or_default();
        Ok(Self {
            name,
            cors: read.cors_configuration.map(|cors| cors.cors_rules).unwrap_or_default(),
            lifecycle: rules.into_iter().filter_map(LifecycleProperties::rule).collect(),
            event_bridge: read
                .notification_configuration
                .is_some_and(|notifications| notifications.event_bridge_configuration.event_bridge_enabled),
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct Properties {
    cors_configuration: Option<Cors>,
    lifecycle_configuration: Option<Lifecycle>,
    notification_configuration: Option<Notifications>,
    #[serde(rename = "BucketName")]
    _bucket_name: Option<IgnoredAny>,
    #[serde(rename = "BucketEncryption")]
    _bucket_encryption: Option<IgnoredAny>,
    // The runtime refuses requests without credentials, and has no access control lists.
    #[serde(rename = "OwnershipControls")]
    _ownership_controls: Option<IgnoredAny>,
    #[serde(rename = "PublicAccessBlockConfiguration")]
    _public_access_block: Option<IgnoredAny>,
    // The runtime keeps one version of each object, and refuses calls that name a version.
    #[serde(rename = "VersioningConfiguration")]
    _versioning: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Cors {
    cors_rules: Vec<CorsRule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Lifecycle {
    rules: Vec<LifecycleProperties>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LifecycleProperties {
    status: Status,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    tag_filters: Vec<TagFilter>,
    #[serde(default)]
    expiration_in_days: Option<u32>,
    #[serde(default, rename = "Id")]
    _id: Option<IgnoredAny>,
    // The runtime has no uploads in parts.
    #[serde(default, rename = "AbortIncompleteMultipartUpload")]
    _abort_incomplete_multipart_upload: Option<IgnoredAny>,
    // It has no versions either.
    #[serde(default, rename = "NoncurrentVersionExpiration")]
    _noncurrent_version_expiration: Option<IgnoredAny>,
    #[serde(default, rename = "ExpiredObjectDeleteMarker")]
    _expired_object_delete_marker: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
enum Status {
    Enabled,
    Disabled,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagFilter {
    key: String,
    value: String,
}

impl LifecycleProperties {
    fn rule(self) -> Option<LifecycleRule> {
        let days = self.expiration_in_days.filter(|_| self.status == Status::Enabled)?;
        let tags = self.tag_filters.into_iter().map(|tag| (tag.key, tag.value)).collect();
        Some(LifecycleRule { prefix: self.prefix, tags, days })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Notifications {
    event_bridge_configuration: EventBridge,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EventBridge {
    #[serde(default = "yes")]
    event_bridge_enabled: bool,
}

fn yes() -> bool {
    true
}
