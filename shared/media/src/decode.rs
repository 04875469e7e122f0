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

/// What phones call 64 megapixels, the most that they commonly make of a photo of 16 MB, are up to 67 million. They
/// take 800 MB to decode at most: a progressive JPEG of four colours, 8 bytes of coefficients and 3 of colours a pixel.
pub(crate) const MAX_PIXELS: u64 = 67_000_000;
/// In bytes, for what decoders count: the pixels, 8 bytes each at most, which animations need twice at 4, and their
/// tables. With what they do not count, it stays below the function's 1769 MB.
const MAX_MEMORY: u64 = MAX_PIXELS * 8 + 64 * 1024 * 1024;
/// In bytes, for what is in a picture beside its pixels: the colour profile of a PNG is compressed, and `libpng` takes
/// none that is larger than half of this.
const MAX_METADATA: u64 = 16 * 1024 * 1024;

/// What is in a file: a picture, as it lies there.
pub(crate) struct Decoded {
    pub(crate) image: DynamicImage,
    pub(crate) orientation: Orientation,
    pub(crate) profile: Option<Vec<u8>>,
}

/// Decodes a whole picture, of an animation the first.
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

/// `image` has the same decoder show grey where a JPEG breaks off. Here it must not, nor at the end: decoders go on
/// with zeros where a scan is too short, and zeros are a colour. So the last scan is followed by ones, which are no
/// code of any table (ITU-T T.81, K.2), and which nothing reads if it is whole.
fn jpeg(picture: &[u8]) -> Result<Decoded, Refusal> {
    let (scans, end) = picture.split_last_chunk::<2>().ok_or(Refusal::Unreadable)?;
    // Twice the longest code, with the longest number that may follow a code.
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

/// What a file says of itself, before anything is decoded.
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
