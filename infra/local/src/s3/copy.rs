//! Copies of objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use std::sync::Arc;

use s3s::{
    S3ErrorCode, S3Result,
    dto::{CopyObjectInput, CopySource, MetadataDirective, TaggingDirective},
    s3_error,
};

use super::{
    arrival::Arrival,
    condition::{Overwrite, Preconditions},
    event::Reason,
    object::{Attributes, Object},
    service::{Service, put_accesses},
    store::Wanted,
    tags,
};
use crate::iam;

impl Service {
    /// Copies an object.
    pub(super) async fn copy(&self, arrival: &Arrival, input: CopyObjectInput) -> S3Result<Arc<Object>> {
        let CopySource::Bucket { bucket: from, key: from_key, version_id: None } = &input.copy_source else {
            return Err(s3_error!(NotImplemented, "a copy is made of an object in a bucket, without versions"));
        };
        let replaces_tags =
            input.tagging_directive.as_ref().is_some_and(|directive| directive.as_str() == TaggingDirective::REPLACE);
        let new_tags = tags::of_header(input.tagging.as_deref())?;
        let copies_tags =
            !replaces_tags && self.store.find(from, from_key).is_some_and(|source| !source.tags.is_empty());
        let is_tagged = copies_tags || replaces_tags && !new_tags.is_empty();
        let of_source = [Some("GetObject"), copies_tags.then_some("GetObjectTagging")].into_iter().flatten();
        let of_source = of_source.map(|action| iam::s3::object(action, from, from_key));
        self.check(arrival, of_source.chain(put_accesses(&input.bucket, &input.key, is_tagged)))?;
        self.check_bucket(&input.bucket)?;
        let linked = self.store.link(from, from_key, &input.bucket)?;
        let (source, content) = linked.ok_or_else(|| self.missing(arrival, from))?;
        preconditions(&input).check(&source, S3ErrorCode::PreconditionFailed)?;
        let wanted = Wanted {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            attributes: attributes(input, &source),
            tags: if replaces_tags { new_tags } else { source.tags.clone() },
            overwrite: Overwrite::default(),
        };
        self.put(arrival, Reason::Copy, wanted, content).await
    }
}

fn preconditions(input: &CopyObjectInput) -> Preconditions {
    Preconditions {
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        if_modified_since: input.copy_source_if_modified_since.clone(),
        if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
    }
}

/// The attributes of the source, unless the request replaces them.
fn attributes(input: CopyObjectInput, source: &Object) -> Attributes {
    if input.metadata_directive.is_none_or(|directive| directive.as_str() != MetadataDirective::REPLACE) {
        return source.attributes.clone();
    }
    Attributes {
        content_type: input.content_type,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        cache_control: input.cache_control,
        expires: input.expires,
        metadata: input.metadata.unwrap_or_default().into_iter().collect(),
    }
}
