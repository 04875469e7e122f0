//! What is uploaded: whether it is what it says it is, and what others get of it.
//!
//! This crate is pure: bytes in, bytes out; no AWS, no clock, and no file. What it lets through begins as its type
//! says, can be decoded to the end, ends where the picture ends, and has in it what is needed to show it and nothing
//! else: each format has a list of what stays, and all else goes, known or not. Pixels stay as they are, compressed as
//! they are, and so does what somebody may hide among them. Nothing tells noise that can be decoded from a photo.
//!
//! The containers are taken apart here, in a page each. `img-parts` would do it for some, but it knows no GIF, keeps
//! what follows the first scan of a JPEG as it is, whatever it be, and does not look into the frames of a WebP.

mod decode;
mod exif;
mod gif;
mod input;
mod jpeg;
mod png;
mod thumbnail;
mod video;
mod webp;

use domain::MediaType;
use image::ImageFormat;

pub use thumbnail::Thumbnail;
pub use video::{FIRST_BYTES, video};

/// A picture that may be shown.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file as it was uploaded, without what is not needed to show it. Its orientation and its colour profile are.
    pub bytes: Vec<u8>,
    /// The picture, small.
    pub thumbnail: Thumbnail,
}

/// Why a file may not be shown, as a client may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its first bytes are not those of its type.
    #[error("is no {}", name(*.0))]
    NotOfType(MediaType),
    /// It breaks off, contradicts itself, or is what hardly anything can show.
    #[error("cannot be read: it is incomplete, damaged or of an uncommon kind")]
    Unreadable,
    /// It would take too much memory to show.
    #[error("has more than {} megapixels", decode::MAX_PIXELS / 1_000_000)]
    TooManyPixels,
    /// It would take too much time to show.
    #[error("is too complex to show")]
    TooManyScans,
}

/// Judges the picture that was uploaded as a file of this type, and takes out of it what tells about whoever made it:
/// the place, the time, the camera, the programs it went through, comments, what was appended.
///
/// Of an animation, the first frame is decoded; the others are looked at by whoever shows them.
///
/// # Errors
/// It is no picture of this type, or one that must not be shown.
pub fn picture(media_type: MediaType, upload: &[u8]) -> Result<Picture, Refusal> {
    let (format, bytes) = match media_type {
        MediaType::Gif => (ImageFormat::Gif, gif::clean(upload)?),
        MediaType::Jpeg => (ImageFormat::Jpeg, jpeg::clean(upload)?),
        MediaType::Png => (ImageFormat::Png, png::clean(upload)?),
        MediaType::Webp => (ImageFormat::WebP, webp::clean(upload)?),
        MediaType::Mp4 | MediaType::Quicktime | MediaType::ThreeGpp | MediaType::Webm => {
            return Err(Refusal::NotOfType(media_type));
        }
    };
    // What is decoded is what others get, not what was uploaded.
    let thumbnail = thumbnail::of(decode::decode(format, &bytes)?)?;
    Ok(Picture { bytes, thumbnail })
}

const fn name(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::Gif => "GIF picture",
        MediaType::Jpeg => "JPEG picture",
        MediaType::Png => "PNG picture",
        MediaType::Webp => "WebP picture",
        MediaType::Mp4 => "MP4 video",
        MediaType::Quicktime => "QuickTime video",
        MediaType::ThreeGpp => "3GPP video",
        MediaType::Webm => "WebM video",
    }
}
