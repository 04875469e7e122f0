//! The size of a JPEG, its colours, and the scans of them.

use super::PROGRESSIVE;
use crate::{Refusal, decode::MAX_PIXELS, input::Input};

/// In pixels. `libjpeg` shows no side that is longer, and `jpeg-decoder` counts in 16 bits.
const MAX_SIDE: u64 = 65_500;

/// A frame of eight bits a sample (ITU-T T.81, B.2.2).
pub(super) struct Frame {
    pub(super) is_sequential: bool,
    width: u64,
    height: u64,
    colours: Vec<Colour>,
}

/// The colours of a scan with the numbers of their tables, four bits for each of the two classes (T.81, B.2.3).
pub(super) struct Scan(pub(super) Vec<(Colour, u8)>);

/// A colour has `across` by `down` blocks in a unit of interleaved colours.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Colour {
    pub(super) id: u8,
    pub(super) across: u64,
    pub(super) down: u64,
}

impl Frame {
    pub(super) fn parse(marker: u8, segment: &[u8]) -> Result<Self, Refusal> {
        let mut input = Input(segment);
        let precision = input.byte()?;
        let [height, width] = [input.array()?, input.array()?].map(|side| u64::from(u16::from_be_bytes(side)));
        if width * height > MAX_PIXELS {
            return Err(Refusal::TooManyPixels);
        }
        let mut colours = Vec::new();
        for _ in 0..input.byte()? {
            let [id, sampling, _table] = input.array()?;
            let colour = Colour { id, across: u64::from(sampling >> 4), down: u64::from(sampling & 0x0F) };
            if !(1..=4).contains(&colour.across) || !(1..=4).contains(&colour.down) {
                return Err(Refusal::Unreadable);
            }
            colours.push(colour);
        }
        // A height of 0 is given after the first scan, which `libjpeg` does not read either.
        if precision != 8 || !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(Refusal::Unreadable);
        }
        Ok(Self { is_sequential: marker != PROGRESSIVE, width, height, colours })
    }

    pub(super) fn scan(&self, segment: &[u8]) -> Result<Scan, Refusal> {
        let mut input = Input(segment);
        let colours = (0..input.byte()?).map(|_| {
            let [scanned, tables] = input.array()?;
            let colour = self.colours.iter().find(|colour| colour.id == scanned);
            Ok((*colour.ok_or(Refusal::Unreadable)?, tables))
        });
        colours.collect::<Result<_, _>>().map(Scan)
    }

    pub(super) fn ids(&self) -> Vec<u8> {
        self.colours.iter().map(|colour| colour.id).collect()
    }

    /// The pixels that a scan covers. A colour of half the width counts half.
    pub(super) fn covered_by(&self, scan: &Scan) -> u64 {
        let most = self.colours.iter().map(|colour| colour.across * colour.down).max().unwrap_or(1);
        let samples: u64 = scan.0.iter().map(|(colour, _)| colour.across * colour.down).sum();
        self.width * self.height * samples / most
    }

    /// The number of units of a scan (T.81, A.2): of one block if it has one colour.
    pub(super) fn units(&self, scan: &Scan) -> u64 {
        let [across, down] = self.most();
        if let [(colour, _)] = *scan.0 {
            let blocks = |side: u64, share: u64, most| (side * share).div_ceil(most).div_ceil(8);
            return blocks(self.width, colour.across, across) * blocks(self.height, colour.down, down);
        }
        self.width.div_ceil(8 * across) * self.height.div_ceil(8 * down)
    }

    /// The number of units that `jpeg-decoder` 0.3.2 reads. It is wrong about some sizes of a scan of one colour with a
    /// sampling factor between 1 and the highest, such as 2 beside 4.
    pub(super) fn decoded_units(&self, scan: &Scan) -> u64 {
        let [across, down] = self.most();
        if let [(colour, _)] = *scan.0 {
            let blocks = |side: u64, share: u64, most| (side.div_ceil(8 * most) * share).min(side.div_ceil(8));
            return blocks(self.width, colour.across, across) * blocks(self.height, colour.down, down);
        }
        self.units(scan)
    }

    fn most(&self) -> [u64; 2] {
        let most = |factor: fn(&Colour) -> u64| self.colours.iter().map(factor).max().unwrap_or(1);
        [most(|colour| colour.across), most(|colour| colour.down)]
    }
}
