//! Huffman tables of JPEG, and the length of the data that they compress.

use std::collections::BTreeMap;

use super::frame::Scan;
use crate::{Refusal, input::Input};

/// Numbers of tables of the second class, AC, begin here. Those of the first class, DC, begin at 0.
const AC: u8 = 0x10;

/// The tables of ITU-T T.81, K.3, as a segment has them. The films of webcams are pictures that use them and leave them
/// out, and `libjpeg` assumes them.
const USUAL: [&[u8]; 4] = [
    &[0, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    &[1, 0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    b"\x10\0\x02\x01\x03\x03\x02\x04\x03\x05\x05\x04\x04\0\0\x01\x7D\
    \x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07\x22\x71\x14\x32\x81\x91\xA1\x08\x23\x42\xB1\xC1\
    \x15\x52\xD1\xF0\x24\x33\x62\x72\x82\x09\x0A\x16\x17\x18\x19\x1A\x25\x26\x27\x28\x29\x2A\x34\x35\x36\x37\x38\x39\
    \x3A\x43\x44\x45\x46\x47\x48\x49\x4A\x53\x54\x55\x56\x57\x58\x59\x5A\x63\x64\x65\x66\x67\x68\x69\x6A\x73\x74\x75\
    \x76\x77\x78\x79\x7A\x83\x84\x85\x86\x87\x88\x89\x8A\x92\x93\x94\x95\x96\x97\x98\x99\x9A\xA2\xA3\xA4\xA5\xA6\xA7\
    \xA8\xA9\xAA\xB2\xB3\xB4\xB5\xB6\xB7\xB8\xB9\xBA\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA\xD2\xD3\xD4\xD5\xD6\xD7\xD8\
    \xD9\xDA\xE1\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9\xEA\xF1\xF2\xF3\xF4\xF5\xF6\xF7\xF8\xF9\xFA",
    b"\x11\0\x02\x01\x02\x04\x04\x03\x04\x07\x05\x04\x04\0\x01\x02\x77\
    \x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71\x13\x22\x32\x81\x08\x14\x42\x91\xA1\xB1\xC1\x09\
    \x23\x33\x52\xF0\x15\x62\x72\xD1\x0A\x16\x24\x34\xE1\x25\xF1\x17\x18\x19\x1A\x26\x27\x28\x29\x2A\x35\x36\x37\x38\
    \x39\x3A\x43\x44\x45\x46\x47\x48\x49\x4A\x53\x54\x55\x56\x57\x58\x59\x5A\x63\x64\x65\x66\x67\x68\x69\x6A\x73\x74\
    \x75\x76\x77\x78\x79\x7A\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x92\x93\x94\x95\x96\x97\x98\x99\x9A\xA2\xA3\xA4\xA5\
    \xA6\xA7\xA8\xA9\xAA\xB2\xB3\xB4\xB5\xB6\xB7\xB8\xB9\xBA\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA\xD2\xD3\xD4\xD5\xD6\
    \xD7\xD8\xD9\xDA\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9\xEA\xF2\xF3\xF4\xF5\xF6\xF7\xF8\xF9\xFA",
];

/// The tables that are defined so far.
#[derive(Default)]
pub(super) struct Tables<'a>(BTreeMap<u8, Table<'a>>);

/// The number of codes of each length, and the values of the codes (T.81, B.2.4.2).
#[derive(Clone, Copy)]
struct Table<'a> {
    counts: &'a [u8],
    values: &'a [u8],
}

impl<'a> Tables<'a> {
    pub(super) fn define(&mut self, segment: &'a [u8]) -> Result<(), Refusal> {
        let mut input = Input(segment);
        while !input.is_empty() {
            let number = input.byte()?;
            let counts = input.take(16)?;
            let values = input.take(counts.iter().map(|&count| usize::from(count)).sum())?;
            self.0.insert(number, Table { counts, values });
        }
        Ok(())
    }

    /// Defines the usual tables that a scan uses without a definition. Returns their segment; empty if there are none.
    pub(super) fn define_usual(&mut self, scan: &Scan) -> Result<Vec<u8>, Refusal> {
        let used: Vec<_> = scan.0.iter().flat_map(|(_, numbers)| [numbers >> 4, AC | numbers & 0x0F]).collect();
        let mut segment = Vec::new();
        for table in USUAL {
            if table.first().is_some_and(|number| used.contains(number) && !self.0.contains_key(number)) {
                self.define(table)?;
                segment.extend(table);
            }
        }
        Ok(segment)
    }

    /// Returns the start of `data` up to the last block of a sequential scan (T.81, F.2.2).
    pub(super) fn blocks<'d>(
        &self,
        data: &'d [u8],
        scan: &Scan,
        units: u64,
        restart: u64,
    ) -> Result<&'d [u8], Refusal> {
        let start = Input(data);
        let mut bits = Bits { input: start, byte: 0, left: 0 };
        let mut unit = Vec::new();
        for (colour, numbers) in &scan.0 {
            let [dc, ac] = [numbers >> 4, AC | numbers & 0x0F].map(|number| self.0.get(&number).copied());
            let block = (dc.ok_or(Refusal::Unreadable)?, ac.ok_or(Refusal::Unreadable)?);
            let blocks = if scan.0.len() == 1 { 1 } else { colour.across * colour.down };
            unit.extend((0..blocks).map(|_| block));
        }
        for number in 0..units {
            if restart > 0 && number > 0 && number % restart == 0 {
                bits.restart()?;
            }
            for (dc, ac) in &unit {
                bits.skip_block(*dc, *ac)?;
            }
        }
        Ok(bits.input.since(start))
    }
}

struct Bits<'a> {
    input: Input<'a>,
    byte: u8,
    left: u8,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<u8, Refusal> {
        if self.left == 0 {
            self.byte = self.input.byte()?;
            if self.byte == 0xFF && self.marker()? != 0 {
                return Err(Refusal::Unreadable);
            }
            self.left = 8;
        }
        self.left -= 1;
        Ok(self.byte >> self.left & 1)
    }

    /// Reads the byte after 0xFF, of which there may be several.
    fn marker(&mut self) -> Result<u8, Refusal> {
        loop {
            match self.input.byte()? {
                0xFF => {}
                marker => return Ok(marker),
            }
        }
    }

    fn restart(&mut self) -> Result<(), Refusal> {
        self.left = 0;
        let marks = self.input.byte()? == 0xFF && matches!(self.marker()?, 0xD0..=0xD7);
        if marks { Ok(()) } else { Err(Refusal::Unreadable) }
    }

    fn skip_block(&mut self, dc: Table<'_>, ac: Table<'_>) -> Result<(), Refusal> {
        let length = self.value(dc)?;
        self.skip(length)?;
        let mut coefficient = 1;
        while coefficient < 64 {
            let value = self.value(ac)?;
            let (zeros, length) = (value >> 4, value & 0x0F);
            if length == 0 && zeros < 15 {
                break;
            }
            coefficient += zeros + 1;
            self.skip(length)?;
        }
        Ok(())
    }

    fn skip(&mut self, bits: u8) -> Result<(), Refusal> {
        (0..bits).try_for_each(|_| self.bit().map(drop))
    }

    /// Reads a code. Codes of one length are successive numbers, and a longer one begins with a larger number.
    fn value(&mut self, Table { counts, values }: Table<'_>) -> Result<u8, Refusal> {
        let (mut code, mut first, mut before) = (0_usize, 0, 0);
        for &count in counts {
            code = code << 1 | usize::from(self.bit()?);
            let count = usize::from(count);
            if let Some(place) = code.checked_sub(first).filter(|place| *place < count) {
                return values.get(before + place).copied().ok_or(Refusal::Unreadable);
            }
            before += count;
            first = (first + count) << 1;
        }
        Err(Refusal::Unreadable)
    }
}
