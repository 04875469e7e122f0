//! Decodes JPEGs as `libjpeg` does, which browsers use.

use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};
use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::{
    APP0, APP14, BASELINE, END, Frame, PROGRESSIVE, SCAN, SEQUENTIAL, START, entropy_coded, keep, next_marker, segment,
};
use crate::{Refusal, decode::Decoded, input::Input, thumbnail::ROUGHLY};

/// Decodes a clean JPEG, scaled to a half, a quarter or an eighth if its longer side stays [`ROUGHLY`] as long.
///
/// Rejects a picture that breaks off. A scan that is too short is noticed too: decoders continue with zeros, which are
/// a colour, so ones are appended to it. They are not a code of any table (ITU-T T.81, K.2), and a whole scan ends
/// before them.
pub(crate) fn decode(picture: &[u8]) -> Result<Decoded, Refusal> {
    let (guarded, colours) = guarded(picture)?;
    let mut decoder = Decoder::new(&*guarded);
    decoder.set_color_transform(colours);
    let (width, height) = decoder.scale(ROUGHLY, ROUGHLY)?;
    let (width, height) = (width.into(), height.into());
    let pixels = decoder.decode()?;
    let image: Option<DynamicImage> = match decoder.info().ok_or(Refusal::Unreadable)?.pixel_format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(Into::into),
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(Into::into),
        PixelFormat::CMYK32 => RgbImage::from_raw(width, height, printed(&pixels)).map(Into::into),
        PixelFormat::L16 => None,
    };
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    Ok(Decoded {
        image: image.ok_or(Refusal::Unreadable)?,
        orientation: orientation.unwrap_or(Orientation::NoTransforms),
        profile: decoder.icc_profile(),
    })
}

/// Returns the picture for the decoder, without the notes on the coding of colours, and the coding that they say.
fn guarded(picture: &[u8]) -> Result<(Vec<u8>, ColorTransform), Refusal> {
    let mut input = Input(picture);
    input.take(2)?;
    let mut guarded = vec![0xFF, START];
    let mut frame = None;
    let mut is_jfif = false;
    let mut adobe = None;
    loop {
        let marker = next_marker(&mut input)?;
        if marker == END {
            guarded.extend([0xFF, END]);
            let ids = frame.as_ref().map(Frame::ids).unwrap_or_default();
            return Ok((guarded, transform(&ids, is_jfif, adobe)));
        }
        let segment = segment(&mut input)?;
        match marker {
            APP0 => is_jfif = true,
            APP14 => adobe = segment.get(11).copied(),
            _ => keep(&mut guarded, marker, segment)?,
        }
        if matches!(marker, BASELINE | SEQUENTIAL | PROGRESSIVE) {
            frame = Some(Frame::parse(marker, segment)?);
        } else if marker == SCAN {
            let frame = frame.as_ref().ok_or(Refusal::Unreadable)?;
            let scan = frame.scan(segment)?;
            if frame.units(&scan) != frame.decoded_units(&scan) {
                return Err(Refusal::Unreadable);
            }
            guard(&mut guarded, entropy_coded(&mut input));
        }
    }
}

/// Appends the data of a scan, with ones before each restart marker and at the end: for the rest of a code that is cut
/// (15 bits), the number after it (11) and the longest code (16). `jpeg-decoder` looks for a marker within 56 bits, and
/// accepts one 0xFF before a 0, not several.
fn guard(guarded: &mut Vec<u8>, scan: &[u8]) {
    let ones = [0xFF, 0].repeat(6);
    let mut input = Input(scan);
    while let Ok(byte) = input.byte() {
        if byte != 0xFF {
            guarded.push(byte);
            continue;
        }
        match input.0.iter().copied().find(|&byte| byte != 0xFF) {
            Some(0) => guarded.extend([0xFF, 0]),
            Some(restart) => guarded.extend([&*ones, &[0xFF, restart]].concat()),
            None => {}
        }
        let fill = input.0.iter().take_while(|&&byte| byte == 0xFF).count();
        input.0 = input.0.get(fill + 1..).unwrap_or_default();
    }
    guarded.extend(ones);
}

/// The coding of colours, by the rules of `libjpeg`: JFIF before Adobe's note, and that before the names of colours.
fn transform(ids: &[u8], is_jfif: bool, adobe: Option<u8>) -> ColorTransform {
    match (ids, adobe) {
        ([_], _) => ColorTransform::Grayscale,
        ([_, _, _, _], None | Some(0)) => ColorTransform::CMYK,
        ([_, _, _, _], Some(_)) => ColorTransform::YCCK,
        ([_, _, _], Some(0)) | (b"RGB", None) if !is_jfif => ColorTransform::RGB,
        _ => ColorTransform::YCbCr,
    }
}

/// Converts colours of ink as browsers do: without their profile, and as Adobe writes them, inverted.
fn printed(inks: &[u8]) -> Vec<u8> {
    let pixels = inks.as_chunks::<4>().0.iter();
    pixels
        .flat_map(|&[cyan, magenta, yellow, black]| {
            [cyan, magenta, yellow].map(|ink| {
                let light = u16::from(u8::MAX - ink) * u16::from(u8::MAX - black) / u16::from(u8::MAX);
                u8::try_from(light).unwrap_or(u8::MAX)
            })
        })
        .collect()
}

impl From<jpeg_decoder::Error> for Refusal {
    fn from(_: jpeg_decoder::Error) -> Self {
        Self::Unreadable
    }
}
