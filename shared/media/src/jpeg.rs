//! Keeps the parts of a JPEG that are needed to show it (ITU-T T.81).

use crate::{Refusal, decode::MAX_PIXELS, exif, input::Input};

/// Progressive pictures have about ten scans.
const MAX_SCANS: usize = 100;
/// In pixels: the work of decoding. Each scan covers the pixels of its colours, and may have only a hundred bytes, so
/// without a limit a small file could take minutes. `libjpeg`'s ten scans cover the picture eight times if its colours
/// have a quarter of the pixels, and fourteen times if they have all.
const MAX_COVERED: u64 = MAX_PIXELS * 12;

/// Markers (ITU-T T.81, table B.1).
const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;

/// Keeps frames, tables, scans, the densities of JFIF, the colour profile, Adobe's note on the coding of colours, and
/// the orientation.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut input = Input(upload);
    if input.array() != Ok([0xFF, START, 0xFF]) {
        return Err(Refusal::NoPicture);
    }
    input = Input(upload);
    input.take(2)?;
    let mut clean = Vec::with_capacity(upload.len());
    clean.extend([0xFF, START]);
    let mut scans = 0;
    let mut frame: Option<Frame> = None;
    let mut covered = 0;
    let mut end_of_scan = 0;
    let mut turned = false;
    loop {
        // Some programs omit the end. The decoder notices a scan that is not whole.
        let is_end = clean.len() == end_of_scan && input.0.iter().all(|&byte| byte == 0xFF);
        let marker = if is_end { END } else { next_marker(&mut input)? };
        match marker {
            END if scans == 0 => return Err(Refusal::Unreadable),
            END => {
                // Removes tables after the last scan, which no scan uses.
                clean.truncate(end_of_scan);
                clean.extend([0xFF, END]);
                return Ok(clean);
            }
            // These have no segment: they belong into a scan or mean nothing.
            0x01 | 0xD0..=0xD7 => continue,
            START => return Err(Refusal::Unreadable),
            _ => {}
        }
        let segment = segment(&mut input)?;
        match marker {
            // Huffman tables, arithmetic coding, quantisation tables, number of lines, restart interval.
            0xC4 | 0xCC | 0xDB..=0xDD => keep(&mut clean, marker, segment)?,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                // More frames are for hierarchical pictures, which few programs show.
                if frame.replace(Frame::parse(segment)?).is_some() {
                    return Err(Refusal::Unreadable);
                }
                keep(&mut clean, marker, segment)?;
            }
            SCAN => {
                scans += 1;
                covered += frame.as_ref().ok_or(Refusal::Unreadable)?.covered_by(segment)?;
                if scans > MAX_SCANS || covered > MAX_COVERED {
                    return Err(Refusal::TooManyScans);
                }
                keep(&mut clean, marker, segment)?;
                clean.extend(entropy_coded(&mut input));
                end_of_scan = clean.len();
            }
            // Only the first orientation counts.
            APP1 if turned => {}
            _ => {
                if let Some(kept) = kept(marker, segment) {
                    keep(&mut clean, marker, &kept)?;
                    turned |= marker == APP1;
                }
            }
        }
    }
}

/// The size of a picture and the resolutions of its colours (T.81, B.2.2).
struct Frame {
    pixels: u64,
    /// The id of each colour, with its samples in the smallest unit of the picture.
    colours: Vec<(u8, u64)>,
}

impl Frame {
    fn parse(segment: &[u8]) -> Result<Self, Refusal> {
        let mut input = Input(segment);
        let _precision = input.byte()?;
        let [height, width] = [input.array()?, input.array()?].map(|side| u64::from(u16::from_be_bytes(side)));
        let mut colours = Vec::new();
        for _ in 0..input.byte()? {
            let [id, sampling, _table] = input.array()?;
            colours.push((id, u64::from(sampling >> 4) * u64::from(sampling & 0x0F)));
        }
        let pixels = height * width;
        if pixels > MAX_PIXELS { Err(Refusal::TooManyPixels) } else { Ok(Self { pixels, colours }) }
    }

    /// The pixels that a scan with this header covers (T.81, B.2.3). A colour of half the width counts half.
    fn covered_by(&self, scan: &[u8]) -> Result<u64, Refusal> {
        let mut input = Input(scan);
        let mut samples = 0;
        for _ in 0..input.byte()? {
            let [scanned, _tables] = input.array()?;
            let colour = self.colours.iter().find(|(id, _)| *id == scanned);
            samples += colour.ok_or(Refusal::Unreadable)?.1;
        }
        let most = self.colours.iter().map(|(_, samples)| *samples).max().unwrap_or_default().max(1);
        Ok(self.pixels * samples / most)
    }
}

/// The part of an application's segment that changes the appearance of the picture.
fn kept(marker: u8, segment: &[u8]) -> Option<Vec<u8>> {
    match marker {
        // The first 14 bytes without the last two, the sides of the thumbnail that follows.
        APP0 if segment.starts_with(b"JFIF\0") => {
            let ([header @ .., _, _], _) = segment.split_first_chunk::<14>()?;
            Some([header, &[0, 0][..]].concat())
        }
        APP1 if segment.starts_with(exif::NAME) => {
            exif::orientation(segment).map(|orientation| [exif::NAME, &orientation].concat())
        }
        APP2 if segment.starts_with(b"ICC_PROFILE\0") => Some(segment.to_vec()),
        // A version, flags, and the coding of the colours.
        APP14 if segment.starts_with(b"Adobe") => segment.first_chunk::<12>().map(|adobe| adobe.to_vec()),
        _ => None,
    }
}

/// Reads to the next marker. Any number of 0xFF may precede it, and decoders skip other bytes as well.
fn next_marker(input: &mut Input) -> Result<u8, Refusal> {
    loop {
        while input.byte()? != 0xFF {}
        let mut marker = 0xFF;
        while marker == 0xFF {
            marker = input.byte()?;
        }
        if marker != 0 {
            return Ok(marker);
        }
    }
}

fn segment<'a>(input: &mut Input<'a>) -> Result<&'a [u8], Refusal> {
    let length = u16::from_be_bytes(input.array()?);
    input.take(length.checked_sub(2).ok_or(Refusal::Unreadable)?.into())
}

fn keep(clean: &mut Vec<u8>, marker: u8, segment: &[u8]) -> Result<(), Refusal> {
    let length = u16::try_from(segment.len() + 2).map_err(|_| Refusal::Unreadable)?;
    clean.extend([0xFF, marker]);
    clean.extend(length.to_be_bytes());
    clean.extend(segment);
    Ok(())
}

/// Reads the compressed data of a scan: to the next marker that is not within a scan, or to the end of the file. Any
/// marker may have 0xFF before it (T.81, B.1.1.2).
fn entropy_coded<'a>(input: &mut Input<'a>) -> &'a [u8] {
    let start = *input;
    loop {
        let plain = input.0.iter().take_while(|&&byte| byte != 0xFF).count();
        let (_, marker) = input.0.split_at(plain);
        let fill = marker.iter().take_while(|&&byte| byte == 0xFF).count();
        let (_, [0 | 0xD0..=0xD7, rest @ ..]) = marker.split_at(fill) else {
            input.0 = marker;
            return input.since(start);
        };
        input.0 = rest;
    }
}
