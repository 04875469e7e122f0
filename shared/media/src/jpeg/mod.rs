//! Keeps the parts of a JPEG that are needed to show it (ITU-T T.81).

mod decode;
mod frame;
mod huffman;

pub(crate) use decode::decode;
use frame::Frame;
use huffman::Tables;

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
const BASELINE: u8 = 0xC0;
const SEQUENTIAL: u8 = 0xC1;
const PROGRESSIVE: u8 = 0xC2;
const HUFFMAN: u8 = 0xC4;
const SCAN: u8 = 0xDA;
const QUANTISATION: u8 = 0xDB;
const RESTART: u8 = 0xDD;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;

/// Keeps frames, tables, scans, the densities of JFIF, the colour profile, Adobe's note on the coding of colours, and
/// the orientation. Adds the usual tables and the end, which some programs omit.
pub(crate) fn clean(upload: &[u8]) -> Result<Vec<u8>, Refusal> {
    if !upload.starts_with(&[0xFF, START, 0xFF]) {
        return Err(Refusal::NoPicture);
    }
    let mut input = Input(upload);
    input.take(2)?;
    let mut cleaner = Cleaner { clean: Vec::with_capacity(upload.len()), ..Cleaner::default() };
    cleaner.clean.extend([0xFF, START]);
    loop {
        let marker = if cleaner.ends(input) { END } else { next_marker(&mut input)? };
        match marker {
            END => return cleaner.end(),
            START => return Err(Refusal::Unreadable),
            // These have no segment: they belong into a scan or mean nothing.
            0x01 | 0xD0..=0xD7 => {}
            SCAN => {
                let header = segment(&mut input)?;
                cleaner.scan(header, &mut input)?;
            }
            _ => cleaner.segment(marker, segment(&mut input)?)?,
        }
    }
}

/// A picture up to some segment.
#[derive(Default)]
struct Cleaner<'a> {
    clean: Vec<u8>,
    frame: Option<Frame>,
    tables: Tables<'a>,
    /// The units between two restart markers, or 0.
    restart: u64,
    scans: usize,
    /// In pixels.
    covered: u64,
    /// The colours that have had no scan.
    unscanned: Vec<u8>,
    end_of_scan: usize,
    turned: bool,
}

impl<'a> Cleaner<'a> {
    /// Whether the picture is complete without its end: no other scan of a sequential picture is needed, or the file
    /// ends after a scan. The decoder notices a scan that is not whole.
    fn ends(&self, rest: Input) -> bool {
        let is_sequential = self.frame.as_ref().is_some_and(|frame| frame.is_sequential);
        let is_complete = is_sequential && self.unscanned.is_empty();
        self.clean.len() == self.end_of_scan && (is_complete || rest.0.iter().all(|&byte| byte == 0xFF))
    }

    fn end(mut self) -> Result<Vec<u8>, Refusal> {
        if self.scans == 0 {
            return Err(Refusal::Unreadable);
        }
        // Removes tables after the last scan, which no scan uses.
        self.clean.truncate(self.end_of_scan);
        self.clean.extend([0xFF, END]);
        Ok(self.clean)
    }

    fn segment(&mut self, marker: u8, segment: &'a [u8]) -> Result<(), Refusal> {
        match marker {
            HUFFMAN => self.tables.define(segment)?,
            RESTART => self.restart = u16::from_be_bytes(Input(segment).array()?).into(),
            QUANTISATION => {}
            BASELINE | SEQUENTIAL | PROGRESSIVE => {
                let frame = Frame::parse(marker, segment)?;
                self.unscanned = frame.ids();
                // More frames are for hierarchical pictures, which few programs show.
                if self.frame.replace(frame).is_some() {
                    return Err(Refusal::Unreadable);
                }
            }
            // Lossless or arithmetic coding, or differences: few programs show them either.
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return Err(Refusal::Unreadable),
            // Only the first orientation counts.
            APP1 if self.turned => return Ok(()),
            _ => {
                if let Some(kept) = kept(marker, segment) {
                    keep(&mut self.clean, marker, &kept)?;
                    self.turned |= marker == APP1;
                }
                return Ok(());
            }
        }
        keep(&mut self.clean, marker, segment)
    }

    fn scan(&mut self, header: &[u8], input: &mut Input<'a>) -> Result<(), Refusal> {
        let frame = self.frame.as_ref().ok_or(Refusal::Unreadable)?;
        let scan = frame.scan(header)?;
        self.scans += 1;
        self.covered += frame.covered_by(&scan);
        if self.scans > MAX_SCANS || self.covered > MAX_COVERED {
            return Err(Refusal::TooManyScans);
        }
        self.unscanned.retain(|id| scan.0.iter().all(|(colour, _)| colour.id != *id));
        let mut data = entropy_coded(input);
        if frame.is_sequential {
            let usual = self.tables.define_usual(&scan)?;
            if !usual.is_empty() {
                keep(&mut self.clean, HUFFMAN, &usual)?;
            }
            if self.unscanned.is_empty() && !is_end(*input) {
                // Panoramas of some phones have a film here, and no end.
                data = self.tables.blocks(data, &scan, frame.units(&scan), self.restart)?;
            }
        }
        keep(&mut self.clean, SCAN, header)?;
        self.clean.extend(data);
        self.end_of_scan = self.clean.len();
        Ok(())
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

/// Whether the end of the picture follows.
fn is_end(mut input: Input) -> bool {
    input.byte() == Ok(0xFF) && input.0.iter().find(|&&byte| byte != 0xFF) == Some(&END)
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
