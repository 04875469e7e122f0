//! The tags of an object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use std::collections::BTreeMap;

use axum::http::StatusCode;
use s3s::{
    S3Result,
    dto::{Tag, Tagging},
    s3_error,
    xml::{Deserialize as _, Deserializer},
};
use url::form_urlencoded;

use super::error::named;

/// Values by keys.
pub(super) type Tags = BTreeMap<String, String>;

/// The most tags of an object.
const MAX_TAGS: usize = 10;
/// The longest key, in characters.
const MAX_KEY: usize = 128;
/// The longest value, in characters.
const MAX_VALUE: usize = 256;

/// The tags of the header `x-amz-tagging`, which has the format of a query.
pub(super) fn of_header(header: Option<&str>) -> S3Result<Tags> {
    checked(form_urlencoded::parse(header.unwrap_or_default().as_bytes()).into_owned())
}

/// The tags of a request's body.
pub(super) fn of_tagging(tagging: Tagging) -> S3Result<Tags> {
    checked(tagging.tag_set.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())))
}

/// The tags of the field `tagging` of a form, which is XML.
pub(super) fn of_field(xml: &str) -> S3Result<Tags> {
    let mut reader = Deserializer::new(xml.as_bytes());
    let tagging = Tagging::deserialize(&mut reader).map_err(|error| s3_error!(error, MalformedXML))?;
    of_tagging(tagging)
}

/// The tags for an answer.
pub(super) fn listed(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) }).collect()
}

fn checked(pairs: impl Iterator<Item = (String, String)>) -> S3Result<Tags> {
    let mut tags = Tags::new();
    for (key, value) in pairs {
        if key.is_empty() || key.chars().count() > MAX_KEY {
            return Err(s3_error!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > MAX_VALUE {
            return Err(s3_error!(InvalidTag, "The TagValue you have provided is invalid"));
        }
        if tags.insert(key, value).is_some() {
            return Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(named("BadRequest", StatusCode::BAD_REQUEST, "Object tags cannot be greater than 10"));
    }
    Ok(tags)
}
