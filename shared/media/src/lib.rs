//! Checks uploads, and makes the files that others get of them.
//!
//! This crate is pure: it knows bytes, and no AWS, clock or file. An accepted picture begins as its type requires, can
//! be decoded to its end, and contains only the data that is needed to show it. Each format has a list of the parts to
//! keep. All other parts are removed, known or not. The compressed pixels do not change, so data that is hidden among
//! pixels stays: noise that can be decoded cannot be distinguished from a photo.
//!
//! Each format has its own parser here, a page long. `img-parts` has no GIF, keeps all data after the first scan of a
//! JPEG, and does not parse the frames of a WebP.

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

pub use thumbnail::Thumbnail;
pub use video::{FIRST_BYTES, video};

/// A picture that may be shown.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The uploaded file, without the data that is not needed to show it. Its orientation and its colour profile stay.
    pub bytes: Vec<u8>,
    /// A small version of the picture.
    pub thumbnail: Thumbnail,
}

/// The reason why a file is refused, in words for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its first bytes are not those of its type.
    #[error("is no {}", name(*.0))]
    NotOfType(MediaType),
    /// It breaks off, contradicts itself, or few programs can show it.
    #[error("cannot be read: it is incomplete, damaged or of an uncommon kind")]
    Unreadable,
    /// It would take too much memory to show.
    #[error("has more than {} megapixels", decode::MAX_PIXELS / 1_000_000)]
    TooManyPixels,
    /// It would take too much time to show.
    #[error("is too complex to show")]
    TooManyScans,
}

/// Checks a picture that was uploaded as a file of this type, and removes the data about its author: the place, the
/// time, the camera, the programs, comments, appended data.
///
/// Of an animation, only the first frame is decoded.
///
/// # Errors
/// The upload is not a picture of this type, or must not be shown.
pub fn picture(media_type: MediaType, upload: &[u8]) -> Result<Picture, Refusal> {
    let bytes = match media_type {
        MediaType::Gif => gif::clean(upload)?,
        MediaType::Jpeg => jpeg::clean(upload)?,
        MediaType::Png => png::clean(upload)?,
        MediaType::Webp => webp::clean(upload)?,
        MediaType::Mp4 | MediaType::Quicktime | MediaType::ThreeGpp | MediaType::Webm => {
            return Err(Refusal::NotOfType(media_type));
        }
    };
    // Decodes the file that others get, not the upload.
    let thumbnail = thumbnail::of(decode::decode(media_type, &bytes, thumbnail::ROUGHLY)?)?;
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
