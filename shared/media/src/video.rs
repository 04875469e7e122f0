//! Checks the types of videos, which are shown as they were uploaded.

use domain::MediaType;

use crate::{
    Refusal,
    input::{Input, length},
};

/// The number of bytes of a video to read: its type is within the first hundred.
pub const FIRST_BYTES: usize = 4096;

/// In bytes, larger than any video here. A larger size may be text, whose first byte is 9 at least.
const MAX_SIZE: u32 = 0x08FF_FFFF;

/// Brands of MP4 (ISO/IEC 14496-12 and -14, and the registry at mp4ra.org). A file with a brand of its maker also has
/// one of these.
const MP4: [&[u8; 4]; 18] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1",
    b"av01", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash",
];

/// Checks that the `first_bytes` of a video are of its type.
///
/// # Errors
/// They are of another type.
pub fn video(media_type: MediaType, first_bytes: &[u8]) -> Result<(), Refusal> {
    let brand = |is: &dyn Fn(&[u8; 4]) -> bool| brands(first_bytes).is_some_and(|brands| brands.iter().any(is));
    let is_of_type = match media_type {
        MediaType::Mp4 => brand(&|brand| MP4.contains(&brand)),
        MediaType::Quicktime => brand(&|brand| brand == b"qt  ") || is_movie(first_bytes),
        // 3gp4 to 3gp9, and a letter for each profile (3GPP TS 26.244, 5.3).
        MediaType::ThreeGpp => brand(&|brand| brand.starts_with(b"3g")),
        MediaType::Webm => doc_type(first_bytes) == Some(b"webm"),
        MediaType::Gif | MediaType::Jpeg | MediaType::Png | MediaType::Webp => false,
    };
    if is_of_type { Ok(()) } else { Err(Refusal::NotOfType(media_type)) }
}

/// The major brand and the compatible ones, from the file type box, which comes first (ISO/IEC 14496-12, 4.3).
fn brands(first_bytes: &[u8]) -> Option<Vec<[u8; 4]>> {
    let mut input = Input(first_bytes);
    let size = length(u32::from_be_bytes(input.array().ok()?)).ok()?;
    if input.array().ok()? != *b"ftyp" {
        return None;
    }
    let mut input = Input(input.take(size.checked_sub(8)?).ok()?);
    let major = input.array().ok()?;
    let _minor_version: [u8; 4] = input.array().ok()?;
    let (compatible, _) = input.0.as_chunks();
    Some(std::iter::once(major).chain(compatible.iter().copied()).collect())
}

/// Whether the file begins like a movie without a file type box, as old programs and some editors write it (Apple,
/// `QuickTime` File Format, "Movie files"): with the movie or its data, after boxes to skip.
fn is_movie(first_bytes: &[u8]) -> bool {
    let mut input = Input(first_bytes);
    while let (Ok(size), Ok(kind)) = (input.array().map(u32::from_be_bytes), input.array::<4>()) {
        match &kind {
            // 1 means that a longer size follows.
            b"mdat" | b"moov" => return size == 1 || (8..=MAX_SIZE).contains(&size),
            b"free" | b"skip" | b"wide" => {}
            _ => return false,
        }
        if size.checked_sub(8).and_then(|size| input.take(length(size).ok()?).ok()).is_none() {
            return false;
        }
    }
    false
}

/// The type of an EBML document, an element of the header, which comes first (RFC 8794, 11.2.6).
fn doc_type(first_bytes: &[u8]) -> Option<&[u8]> {
    let mut input = Input(first_bytes);
    if element_id(&mut input)? != 0x1A45_DFA3 {
        return None;
    }
    let size = element_size(&mut input)?;
    let mut header = Input(input.take(size).ok()?);
    while !header.is_empty() {
        let id = element_id(&mut header)?;
        let size = element_size(&mut header)?;
        let data = header.take(size).ok()?;
        if id == 0x4282 {
            return Some(data);
        }
    }
    None
}

/// A number of variable length with its length mark: the leading zeros of the first byte are the number of bytes that
/// follow.
fn element_id(input: &mut Input) -> Option<u64> {
    number(input).map(|(number, _)| number)
}

/// A number of variable length without its length mark.
fn element_size(input: &mut Input) -> Option<usize> {
    let (number, mark) = number(input)?;
    usize::try_from(number ^ mark).ok()
}

fn number(input: &mut Input) -> Option<(u64, u64)> {
    let first = input.byte().ok()?;
    let following = first.leading_zeros();
    let mark = 0x80_u64.checked_shr(following).filter(|mark| *mark != 0)? << (8 * following);
    let rest = input.take(following.try_into().ok()?).ok()?;
    Some((rest.iter().fold(first.into(), |number, &byte| number << 8 | u64::from(byte)), mark))
}
