//! A page of the objects in a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{CommonPrefix, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object as Listed};

use super::object::Object;

/// The most entries of a page ("ListObjectsV2": 1,000).
const MAX_KEYS: i32 = 1000;

/// The characters that stay as they are in a URL-encoded key.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// The requested page of `objects`, which are in the order of their keys.
pub(super) fn page(input: ListObjectsV2Input, objects: &[Arc<Object>]) -> ListObjectsV2Output {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
    let after = input.continuation_token.as_deref().or(input.start_after.as_deref()).unwrap_or_default();
    let max_keys = input.max_keys.unwrap_or(MAX_KEYS).clamp(0, MAX_KEYS);
    let is_url = input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
    let written = |key: &str| if is_url { utf8_percent_encode(key, PLAIN).to_string() } else { key.to_owned() };

    let mut entries: Vec<Entry<'_>> = Vec::new();
    for object in objects {
        let Some(rest) = object.key.strip_prefix(prefix) else { continue };
        let common = delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + prefix.len() + delimiter.len()));
        let entry = match common.and_then(|end| object.key.get(..end)) {
            Some(common) => Entry::Prefix(common),
            None => Entry::Object(object),
        };
        // Objects with a common prefix follow each other.
        if entry.name() > after && entries.last().is_none_or(|last| last.name() != entry.name()) {
            entries.push(entry);
        }
    }
    let limit = usize::try_from(max_keys).unwrap_or_default();
    let is_truncated = limit > 0 && entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| is_truncated).map(|last| last.name().to_owned());
    let contents = entries.iter().filter_map(|entry| match entry {
        Entry::Object(object) => Some(Listed {
            key: Some(written(&object.key)),
            size: i64::try_from(object.size).ok(),
            e_tag: Some(object.e_tag()),
            last_modified: Some(object.created.clone()),
            ..Default::default()
        }),
        Entry::Prefix(_) => None,
    });
    let prefixes = entries.iter().filter_map(|entry| match entry {
        Entry::Prefix(prefix) => Some(CommonPrefix { prefix: Some(written(prefix)) }),
        Entry::Object(_) => None,
    });
    ListObjectsV2Output {
        contents: Some(contents.collect()),
        common_prefixes: Some(prefixes.collect()),
        key_count: i32::try_from(entries.len()).ok(),
        is_truncated: Some(is_truncated),
        next_continuation_token: next,
        max_keys: Some(max_keys),
        name: Some(input.bucket),
        prefix: input.prefix,
        delimiter: input.delimiter,
        encoding_type: input.encoding_type,
        continuation_token: input.continuation_token,
        start_after: input.start_after,
        ..Default::default()
    }
}

/// An entry of a page.
enum Entry<'a> {
    Object(&'a Object),
    Prefix(&'a str),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Object(object) => &object.key,
            Self::Prefix(prefix) => prefix,
        }
    }
}
