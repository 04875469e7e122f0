use std::io::Cursor;

use domain::MediaType;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
};

use crate::Refusal;

/// The longer side, in pixels: a bubble on a phone, at two pixels a point, or one on a desk at one.
const LONGER_SIDE: u32 = 320;
/// How many times larger a picture is made in whole pixels, which is fast, before a filter makes it small, which is smooth:
/// print and fabric would have patterns that they do not have.
const ROUGHLY: u32 = 4;
/// Of 100: where artefacts begin to be seen at this size.
const JPEG_QUALITY: u8 = 80;
/// 64 megapixels, as the largest that phones commonly make of a photo of 16 MB, take 800 MB to decode at most: a
/// progressive JPEG of four colours, 8 bytes of coefficients and 3 of colours a pixel.
pub(crate) const MAX_PIXELS: u64 = 64 * 1024 * 1024;
/// In bytes, for what decoders count: the pixels, 8 bytes each at most, which animations need twice at 4, and their tables.
/// With what they do not count, it stays below the function's 1769 MB.
const MAX_MEMORY: u64 = MAX_PIXELS * 8 + 64 * 1024 * 1024;
/// In bytes, for what is in a picture beside its pixels: the colour profile of a PNG is compressed, and `libpng` takes none
/// that is larger than half of this.
const MAX_METADATA: u64 = 16 * 1024 * 1024;
/// In bytes. Displays and cameras have profiles of half a kilobyte to four; printing has some that would be larger than the
/// thumbnail.
const MAX_PROFILE: usize = 4096;

/// A picture of 320 pixels on the longer side at most, the right way up, without metadata but for its colour profile.
#[derive(Clone, Debug)]
pub struct Thumbnail {
    /// PNG where something is transparent, else JPEG.
    pub media_type: MediaType,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Decodes a whole picture, and makes it small.
pub(crate) fn of(format: ImageFormat, picture: &[u8]) -> Result<Thumbnail, Refusal> {
    let mut reader = ImageReader::with_format(Cursor::new(picture), format);
    reader.limits(memory(MAX_METADATA));
    let mut decoder = reader.into_decoder()?;
    decoder.set_limits(memory(MAX_MEMORY))?;
    let (width, height) = decoder.dimensions();
    // What a file says of itself, before anything is decoded.
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refusal::TooManyPixels);
    }
    let orientation = decoder.orientation()?;
    let profile = decoder.icc_profile()?.filter(|profile| profile.len() <= MAX_PROFILE && is_of_rgb(profile));
    let mut image = DynamicImage::from_decoder(decoder)?;
    if width.max(height) > ROUGHLY * LONGER_SIDE {
        image = image.thumbnail(ROUGHLY * LONGER_SIDE, ROUGHLY * LONGER_SIDE);
    }
    if width.max(height) > LONGER_SIDE {
        image = image.resize(LONGER_SIDE, LONGER_SIDE, FilterType::Lanczos3);
    }
    image.apply_orientation(orientation);
    encode(&image, profile)
}

fn memory(bytes: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes);
    limits
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

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::Unreadable,
        }
    }
}
