//! JPEG: the scans of a large picture take a bounded time.

use media::{Refusal, picture};

/// The largest sides that make at most 67 million pixels of whole blocks.
const WIDTH: u16 = 8192;
const HEIGHT: u16 = 8176;
const BLOCKS: u32 = 1024 * 1022;

/// A progressive grey picture: a scan of the lowest frequency, then scans that add a bit to all others and change
/// nothing. A scan of a hundred bytes makes the decoder look at each coefficient.
fn progressive(sampling: &[u8], scans: &[&[u8]]) -> Vec<u8> {
    let colours = sampling.len().try_into().unwrap();
    let [height, width] = [HEIGHT.to_be_bytes(), WIDTH.to_be_bytes()];
    let mut frame = [&[8][..], &height, &width, &[colours]].concat();
    for (id, sampling) in (1..).zip(sampling) {
        frame.extend([id, *sampling, 0]);
    }
    let codes = |class: u8, lengths: u8, values: &[u8]| [&[class, 1, lengths][..], &[0; 14], values].concat();
    let mut file = [
        &[0xFF, 0xD8][..],
        &segment(0xDB, &[&[0][..], &[1; 64]].concat()),
        &segment(0xC2, &frame),
        // One code for "as the block before", and two for runs of 2^14 to 2^15 empty blocks and of one.
        &segment(0xC4, &codes(0x00, 0, &[0x00])),
        &segment(0xC4, &codes(0x10, 1, &[0xE0, 0x00])),
    ]
    .concat();
    for (number, of) in scans.iter().enumerate() {
        let mut header = vec![of.len().try_into().unwrap()];
        header.extend(of.iter().flat_map(|&id| [id, 0]));
        if number == 0 {
            header.extend([0, 0, 0]);
            file.extend(segment(0xDA, &header));
            file.extend(vec![0; BLOCKS as usize * of.len() / 8]);
        } else {
            header.extend([1, 63, 0x10]);
            file.extend(segment(0xDA, &header));
            file.extend(empty_blocks());
        }
    }
    file.extend([0xFF, 0xD9]);
    file
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length, data].concat()
}

/// All blocks of a scan, as runs.
fn empty_blocks() -> Vec<u8> {
    const LONGEST: u32 = (1 << 15) - 1;
    let mut bits = String::new();
    let mut left = BLOCKS;
    while left >= 1 << 14 {
        let run = left.min(LONGEST);
        bits = format!("{bits}0{:014b}", run - (1 << 14));
        left -= run;
    }
    bits += &"10".repeat(left as usize);
    bits += &"1".repeat(8 - bits.len() % 8);
    let bytes = bits.as_bytes().chunks(8).map(|bits| u8::from_str_radix(str::from_utf8(bits).unwrap(), 2).unwrap());
    bytes.flat_map(|byte| [byte].into_iter().chain((byte == 0xFF).then_some(0))).collect()
}

fn judged(upload: &[u8]) -> Result<(), Refusal> {
    picture(upload).map(|_| ())
}

/// A hundred scans took 2.1 s, and twelve take 1 s, nearly all of it for the pixels.
#[test]
fn the_scans_of_a_large_picture_cover_it_twelve_times() {
    let scans = |number| progressive(&[0x11], &vec![&[1][..]; number]);
    assert_eq!(judged(&scans(12)), Ok(()));
    for too_many in [13, 100] {
        let upload = scans(too_many);
        assert!(upload.len() < 150_000);
        assert_eq!(judged(&upload), Err(Refusal::TooManyScans), "{too_many}");
    }
}

#[test]
fn a_scan_of_several_colours_counts_for_each() {
    let of_four = progressive(&[0x11; 4], &[&[1, 2, 3, 4][..]; 4]);
    assert_eq!(judged(&of_four), Err(Refusal::TooManyScans));
    // A colour of half the width and half the height is a quarter.
    let photo = |small| progressive(&[0x22, 0x11, 0x11], &[&[&[1_u8][..]; 10], &vec![&[2][..]; small][..]].concat());
    assert_eq!(judged(&photo(9)), Err(Refusal::TooManyScans));
    assert_ne!(judged(&photo(8)), Err(Refusal::TooManyScans));
}

#[test]
fn a_scan_is_of_the_colours_of_the_one_frame() {
    let plain = progressive(&[0x11], &[&[1], &[1]]);
    assert_eq!(judged(&plain), Ok(()));
    let frame = plain.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
    let mut twice = plain.clone();
    twice.splice(frame..frame, plain[frame..frame + 13].iter().copied());
    let mut never = plain.clone();
    drop(never.drain(frame..frame + 13));
    let other = progressive(&[0x11], &[&[1], &[2]]);
    for upload in [twice, never, other] {
        assert_eq!(judged(&upload), Err(Refusal::Unreadable));
    }
}
