//! Checks uploads, and makes the files that others get of them.
//!
//! This crate is pure: it knows bytes, and no AWS, clock or file. It finds the type of a file in its bytes, because
//! browsers announce a type by the ending of a name. An accepted picture begins as its type requires, can be decoded to
//! its end, and contains only the data that is needed to show it. Each format has a list of the parts to keep. All
//! other parts are removed, known or not. The compressed pixels do not change, so data that is hidden among pixels
//! stays: noise that can be decoded cannot be distinguished from a photo.
//!
//! Each format has its own parser here, a page long. `img-parts` has no GIF, keeps all data after the first scan of a
//! JPEG, and does not parse the frames of a WebP.

mod decode;
mod ebml;
mod exif;
mod gif;
mod input;
mod iso;
mod jpeg;
mod png;
mod thumbnail;
mod video;
mod webp;

use decode::Decoded;
use domain::MediaType;

pub use thumbnail::Thumbnail;
pub use video::{FIRST_BYTES, video};

/// A picture that may be shown.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The type of the file.
    pub media_type: MediaType,
    /// The uploaded file, without the data that is not needed to show it. Its orientation and its colour profile stay.
    pub bytes: Vec<u8>,
    /// A small version of the picture.
    pub thumbnail: Thumbnail,
}

/// The reason why a file is refused, in words for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its first bytes are not those of a picture that may be attached.
    #[error("is not a GIF, JPEG, PNG or WebP picture")]
    NoPicture,
    /// Its first bytes are not those of a video that may be attached.
    #[error("is not an MP4, QuickTime, 3GPP or WebM video")]
    NoVideo,
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

/// Removes the parts of a file that are not needed to show it, or returns [`Refusal::NoPicture`] if the file does not
/// begin as one of its format.
type Clean = fn(&[u8]) -> Result<Vec<u8>, Refusal>;

/// Decodes a clean file. A JPEG comes scaled to about the size that its thumbnail needs.
type Decode = fn(&[u8]) -> Result<Decoded, Refusal>;

const FORMATS: [(MediaType, Clean, Decode); 4] = [
    (MediaType::Gif, gif::clean, decode::gif),
    (MediaType::Jpeg, jpeg::clean, jpeg::decode),
    (MediaType::Png, png::clean, decode::png),
    (MediaType::Webp, webp::clean, decode::webp),
];

/// Finds the type of a picture and checks it, and removes the data about its author: the place, the time, the camera,
/// the programs, comments, appended data.
///
/// Of an animation, only the first frame is decoded.
///
/// # Errors
/// The upload is not a picture of these types, or must not be shown.
pub fn picture(upload: &[u8]) -> Result<Picture, Refusal> {
    for (media_type, clean, decode) in FORMATS {
        let bytes = match clean(upload) {
            Err(Refusal::NoPicture) => continue,
            cleaned => cleaned?,
        };
        // Decodes the file that others get, not the upload.
        let thumbnail = thumbnail::of(decode(&bytes)?)?;
        return Ok(Picture { media_type, bytes, thumbnail });
    }
    Err(Refusal::NoPicture)
}
