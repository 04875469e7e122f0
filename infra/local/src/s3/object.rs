//! Objects without their content.

use std::collections::BTreeMap;

use s3s::dto::{ETag, Timestamp};
use serde::{Deserialize, Serialize};

use super::tags::Tags;

/// The record of an object.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Object {
    pub(super) key: String,
    /// Bytes.
    pub(super) size: u64,
    /// The MD5 of the content, in hex.
    pub(super) e_tag: String,
    pub(super) created: Timestamp,
    pub(super) attributes: Attributes,
    pub(super) tags: Tags,
    /// The name of the file with the content.
    pub(super) content: String,
}

impl Object {
    /// The tag of the object for headers.
    pub(super) fn e_tag(&self) -> ETag {
        ETag::Strong(self.e_tag.clone())
    }
}

/// The attributes that a writer sets, and every reader gets.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Attributes {
    pub(super) content_type: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) expires: Option<Timestamp>,
    /// The headers `x-amz-meta-…`, without this prefix.
    pub(super) metadata: BTreeMap<String, String>,
}
