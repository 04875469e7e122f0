//! Writes JPEGs with any sampling and any scans, which no crate does.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "sides and colours are small, and have short names"
)]

use domain::MediaType;

use crate::support::plain;

/// The scans of a picture of three colours that has them all in one.
pub(crate) const INTERLEAVED: &[&[usize]] = &[&[0, 1, 2]];

/// A picture as coefficients.
pub(crate) struct Coefficients {
    width: usize,
    height: usize,
    colours: Vec<Colour>,
}

struct Colour {
    across: usize,
    down: usize,
    /// Rows of blocks, each in the order of frequencies.
    blocks: Vec<Vec<[i32; 64]>>,
}

/// What a file says besides its coefficients.
#[derive(Clone)]
pub(crate) struct Way {
    /// The marker of the frame: 0xC0 for baseline, 0xC1 for extended, 0xC2 for progressive.
    pub(crate) frame: u8,
    pub(crate) scans: Vec<Scan>,
    pub(crate) restart: u16,
    /// The numbers of the Huffman tables in the file.
    pub(crate) tables: Vec<u8>,
    /// Segments at the start, such as those of JFIF.
    pub(crate) head: Vec<u8>,
    pub(crate) names: [u8; 4],
}

#[derive(Clone)]
pub(crate) struct Scan {
    colours: Vec<usize>,
    first: usize,
    last: usize,
    high: u8,
    low: u8,
}

impl Way {
    pub(crate) fn sequential(frame: u8, scans: &[&[usize]], restart: u16) -> Self {
        let scans = scans.iter().map(|colours| Scan { colours: colours.to_vec(), first: 0, last: 63, high: 0, low: 0 });
        Self { frame, scans: scans.collect(), restart, tables: vec![0, 1, 0x10, 0x11], head: JFIF.into(), names: NAMES }
    }

    /// The lowest frequency in these scans, then its last bit, then the other frequencies in two scans a colour.
    pub(crate) fn progressive(scans: &[&[usize]], restart: u16) -> Self {
        let all = Self::sequential(0xC2, scans, restart);
        let mut progressive = Vec::new();
        for (high, low) in [(0, 1), (1, 0)] {
            progressive.extend(all.scans.iter().map(|scan| Scan { last: 0, high, low, ..scan.clone() }));
        }
        for colour in scans.concat() {
            let scan = |first, last| Scan { colours: vec![colour], first, last, high: 0, low: 0 };
            progressive.extend([scan(6, 63), scan(1, 5)]);
        }
        Self { scans: progressive, ..all }
    }
}

pub(crate) const JFIF: &[u8] = b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
const NAMES: [u8; 4] = [1, 2, 3, 4];
/// The divisor of all coefficients.
const STEP: u8 = 3;

impl Coefficients {
    /// Each colour has a byte with its samples across and down; `paint` returns the colours of a pixel.
    pub(crate) fn new(width: usize, height: usize, sampling: &[u8], paint: fn(f64, f64) -> [f64; 4]) -> Self {
        let factors = |byte: u8| (usize::from(byte >> 4), usize::from(byte & 15));
        let most = sampling.iter().map(|&byte| factors(byte)).fold((1, 1), |a, b| (a.0.max(b.0), a.1.max(b.1)));
        let colours = sampling.iter().enumerate().map(|(number, &byte)| {
            let (across, down) = factors(byte);
            let [wide, high] = [(across, most.0), (down, most.1)].map(|(share, most)| most as f64 / share as f64);
            let sample = |x: usize, y: usize| {
                let place =
                    |at: usize, size: f64, side: usize| ((at as f64 + 0.5) * size).min(side as f64) / side as f64;
                paint(place(x, wide, width), place(y, high, height))[number] - 128.0
            };
            let columns = width.div_ceil(8 * most.0) * across;
            let rows = height.div_ceil(8 * most.1) * down;
            let blocks = (0..rows).map(|row| {
                (0..columns).map(|column| transformed(|x, y| sample(8 * column + x, 8 * row + y))).collect()
            });
            Colour { across, down, blocks: blocks.collect() }
        });
        Self { width, height, colours: colours.collect() }
    }

    pub(crate) fn file(&self, way: &Way) -> Vec<u8> {
        let [height, width] = [self.height, self.width].map(|side| u16::try_from(side).unwrap().to_be_bytes());
        let mut frame = [&[8][..], &height, &width, &[u8::try_from(self.colours.len()).unwrap()]].concat();
        for (colour, name) in self.colours.iter().zip(way.names) {
            frame.extend([name, u8::try_from(colour.across << 4 | colour.down).unwrap(), 0]);
        }
        let tables = Tables::usual();
        let used = tables.0.iter().filter(|table| way.tables.contains(&table[0])).map(|table| segment(0xC4, table));
        let mut file = [
            &[0xFF, 0xD8][..],
            &way.head,
            &segment(0xDB, &[&[0][..], &[STEP; 64]].concat()),
            &segment(way.frame, &frame),
            &used.collect::<Vec<_>>().concat(),
            &segment(0xDD, &way.restart.to_be_bytes()),
        ]
        .concat();
        for scan in &way.scans {
            let mut header = vec![u8::try_from(scan.colours.len()).unwrap()];
            header.extend(scan.colours.iter().flat_map(|&colour| [way.names[colour], 0x11 * u8::from(colour > 0)]));
            header.extend([scan.first, scan.last].map(|frequency| u8::try_from(frequency).unwrap()));
            header.push(scan.high << 4 | scan.low);
            file.extend(segment(0xDA, &header));
            file.extend(self.compressed(scan, way.restart.into(), &tables));
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    fn compressed(&self, scan: &Scan, restart: usize, tables: &Tables) -> Vec<u8> {
        let mut bits = Bits::default();
        let mut before = [0; 4];
        for (number, unit) in self.units(scan).into_iter().enumerate() {
            if restart > 0 && number > 0 && number % restart == 0 {
                bits.restart(number / restart - 1);
                before = [0; 4];
            }
            for (colour, row, column) in unit {
                let block = &self.colours[colour].blocks[row][column];
                bits.block(block, scan, tables, u8::from(colour > 0), &mut before[colour]);
            }
        }
        bits.flush();
        bits.bytes
    }

    /// The blocks of each unit (T.81, A.2): colour, row, column.
    fn units(&self, scan: &Scan) -> Vec<Vec<(usize, usize, usize)>> {
        let most = |factor: fn(&Colour) -> usize| self.colours.iter().map(factor).max().unwrap();
        let (across, down) = (most(|colour| colour.across), most(|colour| colour.down));
        let grid = |rows: usize, columns: usize| (0..rows).flat_map(move |row| (0..columns).map(move |x| (row, x)));
        if let [number] = *scan.colours {
            let colour = &self.colours[number];
            let columns = (self.width * colour.across).div_ceil(across).div_ceil(8);
            let rows = (self.height * colour.down).div_ceil(down).div_ceil(8);
            return grid(rows, columns).map(|(row, column)| vec![(number, row, column)]).collect();
        }
        let units = grid(self.height.div_ceil(8 * down), self.width.div_ceil(8 * across));
        let blocks = |row: usize, column: usize, number: usize| {
            let colour = &self.colours[number];
            let (across, down) = (colour.across, colour.down);
            grid(down, across).map(move |(y, x)| (number, row * down + y, column * across + x))
        };
        units.map(|(row, x)| scan.colours.iter().flat_map(|&number| blocks(row, x, number)).collect()).collect()
    }
}

/// The coefficients of a block of 8 by 8 samples (T.81, A.3.3).
fn transformed(sample: impl Fn(usize, usize) -> f64) -> [i32; 64] {
    let wave = |at: usize, frequency: usize| {
        let scale = if frequency == 0 { f64::sqrt(0.125) } else { 0.5 };
        scale * ((2 * at + 1) as f64 * frequency as f64 * std::f64::consts::PI / 16.0).cos()
    };
    let samples: [[f64; 8]; 8] = std::array::from_fn(|y| std::array::from_fn(|x| sample(x, y)));
    let rows: [[f64; 8]; 8] =
        samples.map(|row| std::array::from_fn(|u| (0..8).map(|x| row[x] * wave(x, u)).sum::<f64>()));
    let mut order: Vec<(usize, usize)> = (0..64).map(|place| (place % 8, place / 8)).collect();
    order.sort_by_key(|&(u, v)| (u + v, if (u + v) % 2 == 0 { u } else { v }));
    std::array::from_fn(|place| {
        let (u, v) = order[place];
        let coefficient: f64 = (0..8).map(|y| rows[y][u] * wave(y, v)).sum();
        (coefficient / f64::from(STEP)).round() as i32
    })
}

/// The contents of the segments of Huffman tables, as another encoder writes the usual ones.
struct Tables(Vec<Vec<u8>>);

impl Tables {
    fn usual() -> Self {
        let file = plain(MediaType::Jpeg, 8, 8);
        let starts = (0..file.len() - 1).filter(|&place| file[place..].starts_with(&[0xFF, 0xC4]));
        let tables: Vec<Vec<u8>> = starts
            .map(|start| {
                let length = usize::from(u16::from_be_bytes([file[start + 2], file[start + 3]]));
                file[start + 4..start + 2 + length].to_vec()
            })
            .collect();
        assert_eq!(tables.len(), 4);
        Self(tables)
    }

    /// The code of a value and its length.
    fn code(&self, number: u8, value: u8) -> (u32, u32) {
        let table = self.0.iter().find(|table| table[0] == number).unwrap();
        let (mut code, mut place) = (0, 17);
        for length in 1..=16 {
            for _ in 0..table[length] {
                if table[place] == value {
                    return (code, u32::try_from(length).unwrap());
                }
                (code, place) = (code + 1, place + 1);
            }
            code <<= 1;
        }
        panic!("table {number} has no code for {value}")
    }
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    byte: u8,
    count: u8,
}

impl Bits {
    fn push(&mut self, (bits, length): (u32, u32)) {
        for place in (0..length).rev() {
            self.byte = self.byte << 1 | u8::from(bits >> place & 1 == 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.byte);
                if self.byte == 0xFF {
                    self.bytes.push(0);
                }
                self.count = 0;
            }
        }
    }

    fn flush(&mut self) {
        while self.count > 0 {
            self.push((1, 1));
        }
    }

    fn restart(&mut self, number: usize) {
        self.flush();
        self.bytes.extend([0xFF, 0xD0 + u8::try_from(number % 8).unwrap()]);
    }

    fn block(&mut self, block: &[i32; 64], scan: &Scan, tables: &Tables, table: u8, before: &mut i32) {
        if scan.first == 0 {
            let lowest = block[0] >> scan.low;
            if scan.high > 0 {
                self.push((u32::from(lowest & 1 == 1), 1));
            } else {
                self.number(tables, table, 0, lowest - *before);
                *before = lowest;
            }
        }
        let mut zeros = 0;
        for &coefficient in &block[scan.first.max(1)..=scan.last.max(scan.first)] {
            if scan.last == 0 {
                return;
            }
            if coefficient == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 {
                self.push(tables.code(0x10 | table, 0xF0));
                zeros -= 16;
            }
            self.number(tables, 0x10 | table, zeros << 4, coefficient);
            zeros = 0;
        }
        if zeros > 0 {
            self.push(tables.code(0x10 | table, 0));
        }
    }

    /// A code for the length of a number, and the number (T.81, F.1.2.1).
    fn number(&mut self, tables: &Tables, table: u8, zeros: u8, number: i32) {
        let length = 32 - number.unsigned_abs().leading_zeros();
        self.push(tables.code(table, zeros | u8::try_from(length).unwrap()));
        let bits = if number < 0 { number - 1 } else { number };
        self.push((bits as u32 & ((1 << length) - 1), length));
    }
}

pub(crate) fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], content].concat()
}
