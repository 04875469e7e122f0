//! Makes thumbnails.

use domain::MediaType;
use image::{
    DynamicImage, ImageEncoder, ImageError,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
};

use crate::{Refusal, decode::Decoded};

/// The longer side, in pixels: the width of a bubble, on a phone at two pixels a point or on a desk at one.
const LONGER_SIDE: u16 = 320;
/// A picture is first scaled to this longer side, fast and by whole pixels, and then by a smooth filter. Scaled by
/// whole pixels alone, print and fabric would get patterns.
pub(crate) const ROUGHLY: u16 = 4 * LONGER_SIDE;
/// Of 100. Below it artefacts become visible at this size.
const JPEG_QUALITY: u8 = 80;
/// In bytes. Profiles of displays and cameras have half a kilobyte to four. Some profiles for printing would be larger
/// than the thumbnail.
const MAX_PROFILE: usize = 4096;

/// A picture of at most 320 pixels on the longer side, upright, without metadata except its colour profile.
#[derive(Clone, Debug)]
pub struct Thumbnail {
    /// PNG if any pixel is transparent, otherwise JPEG.
    pub media_type: MediaType,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Makes the thumbnail of a picture.
pub(crate) fn of(Decoded { mut image, orientation, profile }: Decoded) -> Result<Thumbnail, Refusal> {
    let longer_side = image.width().max(image.height());
    if longer_side > ROUGHLY.into() {
        image = image.thumbnail(ROUGHLY.into(), ROUGHLY.into());
    }
    if longer_side > LONGER_SIDE.into() {
        image = image.resize(LONGER_SIDE.into(), LONGER_SIDE.into(), FilterType::Lanczos3);
    }
    image.apply_orientation(orientation);
    encode(&image, profile.filter(|profile| profile.len() <= MAX_PROFILE && is_of_rgb(profile)))
}

/// Whether a colour profile is of red, green and blue (ICC.1, 7.2.8), as thumbnails are.
fn is_of_rgb(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ")
}

fn encode(image: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Thumbnail, Refusal> {
    let mut bytes = Vec::new();
    let rgba = image.color().has_alpha().then(|| image.to_rgba8());
    let transparent = rgba.filter(|image| image.pixels().any(|pixel| pixel.0[3] < u8::MAX));
    let media_type = if let Some(image) = transparent {
        let mut encoder = PngEncoder::new(&mut bytes);
        profile.map(|profile| encoder.set_icc_profile(profile)).transpose().map_err(ImageError::Unsupported)?;
        image.write_with_encoder(encoder)?;
        MediaType::Png
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        profile.map(|profile| encoder.set_icc_profile(profile)).transpose().map_err(ImageError::Unsupported)?;
        image.to_rgb8().write_with_encoder(encoder)?;
        MediaType::Jpeg
    };
    Ok(Thumbnail { media_type, bytes })
}
