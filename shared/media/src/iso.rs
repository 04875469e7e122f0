//! Reads the first boxes of a file in the ISO base media format (ISO/IEC 14496-12): MP4, `QuickTime` and 3GPP.

use domain::MediaType;

use crate::input::Input;

/// The largest size of a box here, in bytes, larger than any video. A larger one may be text, whose first byte is 9 at
/// least.
const MAX_SIZE: u64 = 0x08FF_FFFF;

/// A type of four characters, of a box or of a file.
type Code = [u8; 4];

/// The types of a file with these first bytes, the main one first.
pub(crate) fn types(first_bytes: &[u8]) -> Vec<MediaType> {
    match first_box(first_bytes) {
        Some(First::FileType(content)) => of_brands(content),
        // ISO/IEC 14496-12, 4.3, reads such a file as an MP4 of the first version. Most are older, of QuickTime.
        Some(First::Movie) => vec![MediaType::Quicktime, MediaType::Mp4],
        None => Vec::new(),
    }
}

/// The first box of a file that reveals its type.
enum First<'a> {
    /// The file type box, with its content.
    FileType(&'a [u8]),
    /// The movie or its data, as old programs and some editors begin a file (Apple, `QuickTime` File Format, "Movie
    /// files").
    Movie,
}

fn first_box(first_bytes: &[u8]) -> Option<First<'_>> {
    let mut input = Input(first_bytes);
    loop {
        let short = u32::from_be_bytes(input.array().ok()?);
        let kind: Code = input.array().ok()?;
        let content = match short {
            // To the end of the file, which only the data of a movie may.
            0 if &kind == b"mdat" => return Some(First::Movie),
            1 => u64::from_be_bytes(input.array().ok()?).checked_sub(16)?,
            size => u64::from(size).checked_sub(8)?,
        };
        let content = usize::try_from(content).ok().filter(|_| content <= MAX_SIZE)?;
        match &kind {
            b"ftyp" => return input.take(content).ok().map(First::FileType),
            b"mdat" | b"moov" => return Some(First::Movie),
            // Space, and the preview of a QuickTime file.
            b"free" | b"skip" | b"wide" | b"pnot" | b"PICT" | b"uuid" => input.take(content).ok()?,
            _ => return None,
        };
    }
}

/// The types of the major brand and the compatible ones. A file with the brand of its maker also has another. A picture
/// or sound may have a brand of MP4 too, for programs that show its parts.
fn of_brands(file_type: &[u8]) -> Vec<MediaType> {
    let Some(([major, _minor_version], compatible)) = file_type.as_chunks().0.split_first_chunk() else {
        return Vec::new();
    };
    if is_no_video(*major) {
        return Vec::new();
    }
    std::iter::once(major).chain(compatible).filter_map(|&brand| of_brand(brand)).collect()
}

/// The type of files with this brand, from the registry at mp4ra.org and the standards of each family.
fn of_brand(brand: Code) -> Option<MediaType> {
    match &brand {
        // ISO/IEC 14496-12, -14 and -15; AV1; Apple; CMAF; DASH; Sony; Adobe; NTT.
        [b'i', b's', b'o', b'm' | b'2'..=b'9' | b'a'..=b'c']
        | b"mp41"
        | b"mp42"
        | b"avc1"
        | b"av01"
        | [b'M', b'4', b'V', _]
        | [b'c', b'm', b'f', _]
        | b"dash"
        | b"MSNV"
        | b"f4v "
        | b"mmp4" => Some(MediaType::Mp4),
        b"qt  " => Some(MediaType::Quicktime),
        // 3gp4 to 3gp9, a letter for each profile, and 3g2a to 3g2c (3GPP TS 26.244, 5.3; 3GPP2 C.S0050, 8.2).
        [b'3', b'g', ..] => Some(MediaType::ThreeGpp),
        _ => None,
    }
}

/// Whether a file with this major brand is sound by Apple or Adobe, or pictures (ISO/IEC 23008-12, annex B and others;
/// AVIF; Canon's raw files).
fn is_no_video(major: Code) -> bool {
    matches!(
        &major,
        b"M4A "
            | b"M4B "
            | b"M4P "
            | b"F4A "
            | b"F4B "
            | [b'h', b'e', b'i' | b'v', b'c' | b'x' | b'm' | b's']
            | b"avif"
            | b"avis"
            | b"avci"
            | b"avcs"
            | b"mif1"
            | b"mif2"
            | b"msf1"
            | b"crx "
    )
}
