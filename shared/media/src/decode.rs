//! Decodes pictures within limits of pixels and memory.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, Limits,
    codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use crate::Refusal;

/// Up to 67 million pixels are the 64 megapixels of phones, the most that photos of 16 MB commonly have. Decoding takes
/// at most 1.1 GB: for a progressive JPEG of four colours, 8 bytes of coefficients a pixel, and as many that wait for
/// the threads that convert them.
pub(crate) const MAX_PIXELS: u64 = 67_000_000;
/// In bytes, for the memory that decoders count: at most 8 bytes a pixel, or twice 4 for animations, and tables. With
/// the memory that they do not count, it stays below the 1769 MB of the function.
const MAX_MEMORY: u64 = MAX_PIXELS * 8 + 64 * 1024 * 1024;
/// In bytes, for the data beside the pixels. The colour profile of a PNG is compressed, and `libpng` accepts at most
/// half of this.
const MAX_METADATA: u64 = 16 * 1024 * 1024;

/// The content of a file. The picture is not turned yet.
pub(crate) struct Decoded {
    pub(crate) image: DynamicImage,
    pub(crate) orientation: Orientation,
    pub(crate) profile: Option<Vec<u8>>,
}

pub(crate) fn gif(picture: &[u8]) -> Result<Decoded, Refusal> {
    whole(GifDecoder::new(Cursor::new(picture))?)
}

pub(crate) fn png(picture: &[u8]) -> Result<Decoded, Refusal> {
    whole(PngDecoder::with_limits(Cursor::new(picture), memory(MAX_METADATA))?)
}

pub(crate) fn webp(picture: &[u8]) -> Result<Decoded, Refusal> {
    whole(WebPDecoder::new(Cursor::new(picture))?)
}

/// Decodes a whole picture, or the first frame of an animation.
fn whole(mut decoder: impl ImageDecoder) -> Result<Decoded, Refusal> {
    decoder.set_limits(memory(MAX_MEMORY))?;
    let (width, height) = decoder.dimensions();
    check_pixels(width, height)?;
    let orientation = decoder.orientation()?;
    let profile = decoder.icc_profile()?;
    Ok(Decoded { image: DynamicImage::from_decoder(decoder)?, orientation, profile })
}

/// Checks the size in the header, before pixels are decoded.
fn check_pixels(width: u32, height: u32) -> Result<(), Refusal> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS { Err(Refusal::TooManyPixels) } else { Ok(()) }
}

fn memory(bytes: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes);
    limits
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::Unreadable,
        }
    }
}
