//! Decodes pictures within limits of pixels and memory.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation,
};
use zune_jpeg::{
    JpegDecoder,
    errors::DecodeErrors,
    zune_core::{bytestream::ZCursor, options::DecoderOptions},
};

use crate::Refusal;

/// Up to 67 million pixels are the 64 megapixels of phones, the most that photos of 16 MB commonly have. Decoding takes
/// at most 800 MB: for a progressive JPEG of four colours, 8 bytes of coefficients and 3 of colours a pixel.
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

/// Decodes a whole picture, or the first frame of an animation.
pub(crate) fn decode(format: ImageFormat, picture: &[u8]) -> Result<Decoded, Refusal> {
    if format == ImageFormat::Jpeg {
        return jpeg(picture);
    }
    let mut reader = ImageReader::with_format(Cursor::new(picture), format);
    reader.limits(memory(MAX_METADATA));
    let mut decoder = reader.into_decoder()?;
    decoder.set_limits(memory(MAX_MEMORY))?;
    let (width, height) = decoder.dimensions();
    check_pixels(width, height)?;
    let orientation = decoder.orientation()?;
    let profile = decoder.icc_profile()?;
    Ok(Decoded { image: DynamicImage::from_decoder(decoder)?, orientation, profile })
}

/// Decodes a JPEG, and rejects one that breaks off, for which `image` makes the same decoder show grey. A scan that is
/// too short is noticed too: decoders continue with zeros, which are a colour, so ones are appended to the last scan.
/// They are not a code of any table (ITU-T T.81, K.2), and a whole scan ends before them.
fn jpeg(picture: &[u8]) -> Result<Decoded, Refusal> {
    let (scans, end) = picture.split_last_chunk::<2>().ok_or(Refusal::Unreadable)?;
    // Twice the length of the longest code with the longest number after it.
    let guarded = [scans, &[0xFF, 0].repeat(8), end].concat();
    let options =
        DecoderOptions::default().set_strict_mode(true).set_max_width(u16::MAX.into()).set_max_height(u16::MAX.into());
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&guarded), options);
    decoder.decode_headers()?;
    let info = decoder.info().ok_or(Refusal::Unreadable)?;
    let (width, height) = (info.width.into(), info.height.into());
    check_pixels(width, height)?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let profile = decoder.icc_profile();
    let image = RgbImage::from_raw(width, height, decoder.decode()?).ok_or(Refusal::Unreadable)?;
    Ok(Decoded { image: image.into(), orientation: orientation.unwrap_or(Orientation::NoTransforms), profile })
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

impl From<DecodeErrors> for Refusal {
    fn from(_: DecodeErrors) -> Self {
        Self::Unreadable
    }
}
