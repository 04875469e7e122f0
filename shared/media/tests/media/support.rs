//! Pictures with private data in them.

use domain::MediaType;
use image::{
    ExtendedColorType, Frame, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{gif::GifEncoder, jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};

use crate::writer::segment;

pub(crate) const PICTURES: [MediaType; 4] = [MediaType::Gif, MediaType::Jpeg, MediaType::Png, MediaType::Webp];

/// The place where the photographer lives.
pub(crate) const PLACE: &[u8] = b"48.208174 N 16.373819 E";

/// The part of a colour profile that is read here: that it is of red, green and blue.
pub(crate) fn profile() -> Vec<u8> {
    [&[7; 16][..], b"RGB ", &[7; 400]].concat()
}

/// A picture whose left upper quarter is red, and the rest blue; noise makes it hard to compress.
pub(crate) fn corner(width: u32, height: u32) -> RgbImage {
    let mut random = fastrand::Rng::with_seed(7);
    RgbImage::from_fn(width, height, |x, y| {
        let noise = random.u8(0..20);
        if x < width / 2 && y < height / 2 {
            Rgb([235 + noise, noise, noise])
        } else {
            Rgb([noise, noise, 235 + noise])
        }
    })
}

/// The picture as a file, as an encoder writes it.
pub(crate) fn plain(media_type: MediaType, width: u32, height: u32) -> Vec<u8> {
    encoded(media_type, &corner(width, height), None)
}

/// The picture as a file of a camera that stores its place, with this orientation of EXIF.
pub(crate) fn photo(media_type: MediaType, width: u32, height: u32, orientation: u8) -> Vec<u8> {
    encoded(media_type, &corner(width, height), Some(exif(orientation)))
}

fn encoded(media_type: MediaType, image: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    match media_type {
        MediaType::Jpeg => with(JpegEncoder::new_with_quality(&mut bytes, 90), image, exif),
        MediaType::Png => with(PngEncoder::new(&mut bytes), image, exif),
        MediaType::Webp => with(WebPEncoder::new_lossless(&mut bytes), image, exif),
        MediaType::Gif => {
            let (width, height) = image.dimensions();
            GifEncoder::new(&mut bytes).encode(image, width, height, ExtendedColorType::Rgb8).unwrap();
        }
        video => panic!("{video:?} is no picture"),
    }
    bytes
}

fn with(mut encoder: impl ImageEncoder, image: &RgbImage, exif: Option<Vec<u8>>) {
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
        encoder.set_icc_profile(profile()).unwrap();
    }
    image.write_with_encoder(encoder).unwrap();
}

/// A directory of three entries, the camera, its orientation and the place of the GPS directory, and the GPS directory
/// of one entry.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let place = u8::try_from(PLACE.len()).unwrap();
    let mut exif = b"II*\0\x08\0\0\0\x03\0".to_vec();
    exif.extend([0x0F, 0x01, 2, 0, place, 0, 0, 0, 68, 0, 0, 0]);
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 50, 0, 0, 0]);
    exif.extend([0, 0, 0, 0]);
    exif.extend([1, 0, 2, 0, 2, 0, place, 0, 0, 0, 68, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(PLACE);
    exif
}

/// The file with the place in all parts in which programs store it, and with another file appended.
pub(crate) fn told_everywhere(media_type: MediaType, mut file: Vec<u8>) -> Vec<u8> {
    match media_type {
        MediaType::Jpeg => {
            // After the segment of JFIF, which is always first: XMP, Photoshop's notes, a second EXIF, a comment.
            let notes = [
                jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
                jpeg_segment(0xED, b"Photoshop 3.0\0"),
                jpeg_segment(0xE1, b"Exif\0\0"),
                jpeg_segment(0xE2, b"MPF\0"),
                jpeg_segment(0xFE, b""),
            ];
            file.splice(20..20, notes.concat());
        }
        MediaType::Png => {
            let notes = [&b"tEXtplace\0"[..], b"iTXtXML:com.adobe.xmp\0\0\0\0\0", b"prVtwhere"];
            file.splice(33..33, notes.map(|note| png_chunk(&[note, PLACE].concat())).concat());
        }
        MediaType::Gif => {
            // After the colours of the whole picture.
            let colours = 13 + (3 << ((file[10] & 7) + 1)) * usize::from(file[10] >> 7);
            file.splice(colours..colours, [gif_extension(0xFE, b""), gif_extension(0xFF, b"XMP DataXMP")].concat());
        }
        MediaType::Webp => {
            file.extend([webp_chunk(*b"XMP ", PLACE), webp_chunk(*b"note", PLACE)].concat());
            let size = u32::try_from(file.len() - 8).unwrap();
            file[4..8].copy_from_slice(&size.to_le_bytes());
            if &file[12..16] == b"VP8X" {
                file[20] |= 0x04;
            }
        }
        video => panic!("{video:?} is no picture"),
    }
    file.extend(b"<html><script>alert(1)</script>");
    file.extend(PLACE);
    file
}

fn jpeg_segment(marker: u8, name: &[u8]) -> Vec<u8> {
    segment(marker, &[name, PLACE].concat())
}

/// A chunk of PNG, whose first four bytes are its type.
pub(crate) fn png_chunk(named: &[u8]) -> Vec<u8> {
    let length = u32::try_from(named.len() - 4).unwrap().to_be_bytes();
    [&length, named, &crc32fast::hash(named).to_be_bytes()].concat()
}

fn gif_extension(label: u8, name: &[u8]) -> Vec<u8> {
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
    let name = if name.is_empty() { Vec::new() } else { [&[length(name)], name].concat() };
    [&[0x21, label], &name[..], &[length(PLACE)], PLACE, &[0]].concat()
}

pub(crate) fn webp_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    [&kind[..], &length, data, &vec![0; data.len() % 2]].concat()
}

/// An animation of this many frames. The left half of the first one is transparent.
pub(crate) fn animation(media_type: MediaType, frames: usize) -> Vec<u8> {
    let half = RgbaImage::from_fn(40, 20, |x, _| Rgba([200, 30, 30, if x < 20 { 0 } else { 255 }]));
    if media_type == MediaType::Gif {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        encoder.set_repeat(image::codecs::gif::Repeat::Infinite).unwrap();
        encoder.encode_frames((0..frames).map(|_| Frame::new(half.clone()))).unwrap();
        drop(encoder);
        return bytes;
    }
    let mut still = Vec::new();
    half.write_with_encoder(WebPEncoder::new_lossless(&mut still)).unwrap();
    // Place, size less one, duration, blending, then the chunk of the still picture, and one with a note.
    let header = [0, 0, 0, 0, 0, 0, 39, 0, 0, 19, 0, 0, 100, 0, 0, 0];
    let frame = webp_chunk(*b"ANMF", &[&header, &still[12..], &webp_chunk(*b"note", PLACE)].concat());
    let canvas = webp_chunk(*b"VP8X", &[0x12, 0, 0, 0, 39, 0, 0, 19, 0, 0]);
    let chunks = [&b"WEBP"[..], &canvas, &webp_chunk(*b"ANIM", &[0; 6]), &frame.repeat(frames)].concat();
    webp_chunk(*b"RIFF", &chunks)
}

pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
