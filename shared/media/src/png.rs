use crate::{
    Refusal, exif,
    input::{Input, length},
};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// The length of the signature and the header, a chunk that is always first and always has this length.
const HEAD: usize = 8 + 12 + 13;

/// The chunks of the picture, its colours, the size of its pixels and its animation (PNG, third edition, section 5.6).
const KEPT: [[u8; 4]; 18] = [
    *b"IHDR", *b"PLTE", *b"IDAT", *b"IEND", *b"tRNS", *b"cHRM", *b"gAMA", *b"iCCP", *b"sBIT", *b"sRGB", *b"cICP",
    *b"mDCV", *b"cLLI", *b"bKGD", *b"pHYs", *b"acTL", *b"fcTL", *b"fdAT",
];

/// Keeps the chunks that are [`KEPT`], and the orientation.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(upload);
    if input.array() != Ok(SIGNATURE) {
        return Err(Refusal::NoPicture);
    }
    let mut clean = Vec::with_capacity(upload.len());
    clean.extend(SIGNATURE);
    let mut orientation = None;
    loop {
        let start = input;
        let size = length(u32::from_be_bytes(input.array()?))?;
        let kind = input.array()?;
        let data = input.take(size)?;
        let _checksum: [u8; 4] = input.array()?;
        if clean.len() == SIGNATURE.len() && (kind, size) != (*b"IHDR", 13) {
            return Err(Refusal::Unreadable);
        }
        if KEPT.contains(&kind) {
            clean.extend(input.since(start));
        } else if kind == *b"eXIf" && orientation.is_none() {
            orientation = exif::orientation(data);
        }
        if kind == *b"IEND" {
            break;
        }
    }
    if let Some(orientation) = orientation {
        // Before the picture, because many decoders read no further.
        clean.splice(HEAD..HEAD, chunk(*b"eXIf", orientation));
    }
    Ok(clean)
}

fn chunk(kind: [u8; 4], data: [u8; 26]) -> Vec<u8> {
    let named = [&kind[..], &data].concat();
    [&26_u32.to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}
