use domain::MediaType;
use image::{
    DynamicImage, ImageEncoder, ImageError,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
};

use crate::{Refusal, decode::Decoded};

/// The longer side, in pixels: a bubble on a phone, at two pixels a point, or one on a desk at one.
const LONGER_SIDE: u32 = 320;
/// How many times larger a picture is made in whole pixels, which is fast, before a filter makes it small, which is
/// smooth: print and fabric would have patterns that they do not have.
const ROUGHLY: u32 = 4;
/// Of 100: where artefacts begin to be seen at this size.
const JPEG_QUALITY: u8 = 80;
/// In bytes. Displays and cameras have profiles of half a kilobyte to four; printing has some that would be larger than
/// the thumbnail.
const MAX_PROFILE: usize = 4096;

/// A picture of 320 pixels on the longer side at most, the right way up, without metadata but for its colour profile.
#[derive(Clone, Debug)]
pub struct Thumbnail {
    /// PNG where something is transparent, else JPEG.
    pub media_type: MediaType,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Makes a picture small.
pub(crate) fn of(Decoded { mut image, orientation, profile }: Decoded) -> Result<Thumbnail, Refusal> {
    let longer_side = image.width().max(image.height());
    if longer_side > ROUGHLY * LONGER_SIDE {
        image = image.thumbnail(ROUGHLY * LONGER_SIDE, ROUGHLY * LONGER_SIDE);
    }
    if longer_side > LONGER_SIDE {
        image = image.resize(LONGER_SIDE, LONGER_SIDE, FilterType::Lanczos3);
    }
    image.apply_orientation(orientation);
    encode(&image, profile.filter(|profile| profile.len() <= MAX_PROFILE && is_of_rgb(profile)))
}

/// Whether a colour profile is about red, green and blue (ICC.1, 7.2.8), as thumbnails are.
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
