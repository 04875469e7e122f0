use domain::MediaType;

use crate::{
    Refusal, exif,
    input::{Input, length},
};

/// Flags of the chunk `VP8X` (RFC 9649, section 2.7.1): what else is in the file.
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;

/// Of a frame, what is before its own chunks: where it is, how large, how long, and how it is drawn.
const FRAME_HEADER: usize = 16;

/// Keeps the picture, its colour profile, its animation and its orientation.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(upload);
    let (Ok(riff), Ok(size), Ok(webp)) = (input.array(), input.array(), input.array()) else {
        return Err(Refusal::NotOfType(MediaType::Webp));
    };
    if (&riff, &webp) != (b"RIFF", b"WEBP") {
        return Err(Refusal::NotOfType(MediaType::Webp));
    }
    let size = length(u32::from_le_bytes(size))?.checked_sub(webp.len()).ok_or(Refusal::Unreadable)?;
    let chunks = body(Input(input.take(size)?), upload.len())?;
    let mut clean = Vec::with_capacity(12 + chunks.len());
    write(&mut clean, riff, &[&webp[..], &chunks].concat())?;
    Ok(clean)
}

fn body(mut input: Input, capacity: usize) -> Result<Vec<u8>, Refusal> {
    let mut clean = Vec::with_capacity(capacity);
    let (kind, first) = chunk(&mut input)?;
    if kind != *b"VP8X" {
        // The simple format: one chunk is the picture, and decoders look no further.
        write(&mut clean, kind, first)?;
        return Ok(clean);
    }
    write(&mut clean, kind, first)?;
    let mut orientation = None;
    while !input.is_empty() {
        let (kind, data) = chunk(&mut input)?;
        match &kind {
            b"ALPH" | b"ANIM" | b"ICCP" | b"VP8 " | b"VP8L" => write(&mut clean, kind, data)?,
            b"ANMF" => write(&mut clean, kind, &frame(data)?)?,
            b"EXIF" => orientation = orientation.or_else(|| exif::orientation(data)),
            _ => {}
        }
    }
    // The flags are the first byte of the first chunk.
    let flags = clean.get_mut(8).ok_or(Refusal::Unreadable)?;
    *flags &= !(HAS_EXIF | HAS_XMP);
    if let Some(orientation) = orientation {
        *flags |= HAS_EXIF;
        write(&mut clean, *b"EXIF", &orientation)?;
    }
    Ok(clean)
}

fn frame(data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(data);
    let mut clean = input.take(FRAME_HEADER)?.to_vec();
    while !input.is_empty() {
        let (kind, data) = chunk(&mut input)?;
        if matches!(&kind, b"ALPH" | b"VP8 " | b"VP8L") {
            write(&mut clean, kind, data)?;
        }
    }
    Ok(clean)
}

fn chunk<'a>(input: &mut Input<'a>) -> Result<([u8; 4], &'a [u8]), Refusal> {
    let kind = input.array()?;
    let size = length(u32::from_le_bytes(input.array()?))?;
    let data = input.take(size)?;
    // A chunk of an odd length is followed by a byte, which some programs forget at the end.
    if size % 2 == 1 && !input.is_empty() {
        input.byte()?;
    }
    Ok((kind, data))
}

fn write(clean: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<(), Refusal> {
    clean.extend(kind);
    clean.extend(u32::try_from(data.len()).map_err(|_| Refusal::Unreadable)?.to_le_bytes());
    clean.extend(data);
    clean.extend((data.len() % 2 == 1).then_some(0));
    Ok(())
}
