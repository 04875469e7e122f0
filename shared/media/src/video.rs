//! Finds the types of videos, which are shown as they were uploaded.

use domain::MediaType;

use crate::{Refusal, ebml, iso};

/// The number of bytes of a video to read. Its type is within the first hundred, unless a program has reserved space
/// before it.
pub const FIRST_BYTES: usize = 64 * 1024;

/// Finds the type of a video in its first bytes. A file that is of several types, as most 3GPP files are, keeps the
/// `announced` one if that is among them.
///
/// # Errors
/// The video is of none of the types that may be attached.
pub fn video(announced: MediaType, first_bytes: &[u8]) -> Result<MediaType, Refusal> {
    let types = if ebml::is_webm(first_bytes) { vec![MediaType::Webm] } else { iso::types(first_bytes) };
    let found = types.iter().find(|found| **found == announced).or(types.first());
    found.copied().ok_or(Refusal::NoVideo)
}
