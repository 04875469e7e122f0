//! Keeps the parts of a WebP that are needed to show it (RFC 9649), and checks that they agree.

use crate::{
    Refusal, exif,
    input::{Input, length},
};

/// Flags of the chunk `VP8X`, which announce other chunks (RFC 9649, section 2.7.1).
const IS_ANIMATION: u8 = 0x02;
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;

/// The chunks of a picture: its transparency, its colours, or both in one.
const ALPHA: [u8; 4] = *b"ALPH";
const LOSSY: [u8; 4] = *b"VP8 ";
const LOSSLESS: [u8; 4] = *b"VP8L";

/// A name and data.
type Chunk<'a> = ([u8; 4], &'a [u8]);

/// Keeps the picture, its colour profile, its animation and its orientation.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(upload);
    let (Ok(riff), Ok(size), Ok(webp)) = (input.array(), input.array(), input.array()) else {
        return Err(Refusal::NoPicture);
    };
    if (&riff, &webp) != (b"RIFF", b"WEBP") {
        return Err(Refusal::NoPicture);
    }
    // If the file is shorter than this, it has broken off. `libwebp` refuses it too.
    let size = length(u32::from_le_bytes(size))?.checked_sub(webp.len()).ok_or(Refusal::Unreadable)?;
    let chunks = body(Input(input.take(size)?), upload.len())?;
    let mut clean = Vec::with_capacity(12 + chunks.len());
    write(&mut clean, (riff, &[&webp[..], &chunks].concat()))?;
    Ok(clean)
}

fn body(mut input: Input, capacity: usize) -> Result<Vec<u8>, Refusal> {
    let mut clean = Vec::with_capacity(capacity);
    let first = chunk(&mut input)?;
    let (b"VP8X", extended) = (&first.0, first.1) else {
        // The simple format: one chunk is the picture, and decoders read no further.
        dimensions(&[first])?;
        write(&mut clean, first)?;
        return Ok(clean);
    };
    let mut extended = Input(extended);
    let [flags, ..]: [u8; 4] = extended.array()?;
    let canvas = (side(extended.array()?), side(extended.array()?));
    write(&mut clean, (first.0, extended.since(Input(first.1))))?;
    let is_animation = flags & IS_ANIMATION != 0;
    let mut still = Vec::new();
    let mut orientation = None;
    while !input.is_empty() {
        let chunk = chunk(&mut input)?;
        match (&chunk.0, is_animation) {
            (&ALPHA | &LOSSY | &LOSSLESS, false) => {
                write(&mut clean, chunk)?;
                still.push(chunk);
            }
            // The background colour and the number of repetitions.
            (b"ANIM", true) => write(&mut clean, (chunk.0, Input(chunk.1).take(6)?))?,
            (b"ANMF", true) => write(&mut clean, (chunk.0, &frame(chunk.1)?))?,
            (b"ICCP", _) => write(&mut clean, chunk)?,
            (b"EXIF", _) => orientation = orientation.or_else(|| exif::orientation(chunk.1)),
            _ => {}
        }
    }
    if !is_animation && dimensions(&still)? != canvas {
        return Err(Refusal::Unreadable);
    }
    // The flags are the first byte of the first chunk.
    let flags = clean.get_mut(8).ok_or(Refusal::Unreadable)?;
    *flags &= !(HAS_EXIF | HAS_XMP);
    if let Some(orientation) = orientation {
        *flags |= HAS_EXIF;
        write(&mut clean, (*b"EXIF", &orientation))?;
    }
    Ok(clean)
}

/// A frame of an animation: its place, size, duration, flags and picture.
fn frame(data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(data);
    let _place: [u8; 6] = input.array()?;
    let size = (side(input.array()?), side(input.array()?));
    let _duration_and_flags: [u8; 4] = input.array()?;
    let mut clean = input.since(Input(data)).to_vec();
    let mut picture = Vec::new();
    while !input.is_empty() {
        let chunk = chunk(&mut input)?;
        if matches!(chunk.0, ALPHA | LOSSY | LOSSLESS) {
            write(&mut clean, chunk)?;
            picture.push(chunk);
        }
    }
    if dimensions(&picture)? == size { Ok(clean) } else { Err(Refusal::Unreadable) }
}

/// A width or a height of the extended format, which stores it less one.
fn side([low, middle, high]: [u8; 3]) -> u32 {
    u32::from_le_bytes([low, middle, high, 0]) + 1
}

/// The size of a picture according to its own chunks, which must be that of its canvas or frame. `image-webp` 0.2.4
/// panics if a frame with transparency has another size. After a chunk of transparency it reads any chunk as `VP8 `, so
/// the order is checked as well.
fn dimensions(chunks: &[Chunk]) -> Result<(u32, u32), Refusal> {
    match chunks {
        [(LOSSY, data)] | [(ALPHA, _), (LOSSY, data)] => lossy(data),
        [(LOSSLESS, data)] => lossless(data),
        _ => Err(Refusal::Unreadable),
    }
}

/// The size of a key frame, whose lowest bit is unset (RFC 6386, section 9.1): 14 bits a side, below two for scaling.
fn lossy(data: &[u8]) -> Result<(u32, u32), Refusal> {
    let [tag, _, _, 0x9D, 0x01, 0x2A, sides @ ..] = Input(data).array::<10>()? else { return Err(Refusal::Unreadable) };
    let sides = u32::from_le_bytes(sides);
    let (width, height) = (sides & 0x3FFF, sides >> 16 & 0x3FFF);
    if tag & 1 != 0 || width == 0 || height == 0 { Err(Refusal::Unreadable) } else { Ok((width, height)) }
}

/// The size of a lossless picture: 14 bits a side, less one (RFC 9649, section 3.4).
fn lossless(data: &[u8]) -> Result<(u32, u32), Refusal> {
    let [0x2F, sides @ ..] = Input(data).array::<5>()? else { return Err(Refusal::Unreadable) };
    let sides = u32::from_le_bytes(sides);
    Ok(((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1))
}

fn chunk<'a>(input: &mut Input<'a>) -> Result<Chunk<'a>, Refusal> {
    let kind = input.array()?;
    let size = length(u32::from_le_bytes(input.array()?))?;
    let data = input.take(size)?;
    // A byte follows a chunk of an odd length. Some programs omit it at the end.
    if size % 2 == 1 && !input.is_empty() {
        input.byte()?;
    }
    Ok((kind, data))
}

fn write(clean: &mut Vec<u8>, (kind, data): Chunk) -> Result<(), Refusal> {
    clean.extend(kind);
    clean.extend(u32::try_from(data.len()).map_err(|_| Refusal::Unreadable)?.to_le_bytes());
    clean.extend(data);
    clean.extend((data.len() % 2 == 1).then_some(0));
    Ok(())
}
