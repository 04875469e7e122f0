//! WebP: pictures whose chunks contradict each other.

use media::{Refusal, picture};

use crate::support::webp_chunk;

/// An opaque red picture of two by two pixels, as `libwebp` compresses it. Its sides are in the bytes from 6 on.
const RED: [u8; 44] = [
    0x90, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x02, 0x00, 0x02, 0x00, 0x02, 0xC0, 0x4C, 0x25, 0xA0, 0x02, 0x74, 0xBA, 0x00,
    0x03, 0x98, 0x00, 0xFE, 0xEE, 0x43, 0x1F, 0xEE, 0x6C, 0x73, 0x8B, 0x70, 0x57, 0xFF, 0x6D, 0x0F, 0xFF, 0x5A, 0x1F,
    0xFE, 0xB4, 0x3F, 0xE9, 0x40, 0x00,
];
/// Of four pixels, uncompressed.
const TRANSPARENCY: [u8; 5] = [0, 0, 85, 170, 255];

fn red(width: u8, height: u8) -> Vec<u8> {
    let mut red = RED;
    (red[6], red[8]) = (width, height);
    webp_chunk(*b"VP8 ", &red)
}

fn transparency() -> Vec<u8> {
    webp_chunk(*b"ALPH", &TRANSPARENCY)
}

/// A canvas of two by two pixels with an animation of one frame of that size.
fn animation(frame: &[u8]) -> Vec<u8> {
    let header = [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 100, 0, 0, 0];
    let frame = webp_chunk(*b"ANMF", &[&header, frame].concat());
    file(0x12, &[webp_chunk(*b"ANIM", &[0; 6]), frame].concat())
}

/// The same canvas with a picture that does not move.
fn still(chunks: &[u8]) -> Vec<u8> {
    file(0x10, chunks)
}

fn file(flags: u8, chunks: &[u8]) -> Vec<u8> {
    let canvas = webp_chunk(*b"VP8X", &[flags, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
    webp_chunk(*b"RIFF", &[b"WEBP", &canvas[..], chunks].concat())
}

#[test]
fn a_picture_is_as_large_as_what_it_is_in() {
    for (width, height) in [(1, 2), (2, 1), (3, 2), (2, 3), (0, 2), (2, 0), (0, 0), (2, 200), (200, 2)] {
        for chunks in [red(width, height), [transparency(), red(width, height)].concat()] {
            for upload in [animation(&chunks), still(&chunks)] {
                let judged = picture(&upload).map(|_| ());
                assert_eq!(judged, Err(Refusal::Unreadable), "{width} by {height}");
            }
        }
    }
    for chunks in [red(2, 2), [transparency(), red(2, 2)].concat()] {
        let upload = animation(&chunks);
        assert!(picture(&upload).unwrap().bytes == upload);
    }
    let upload = still(&[transparency(), red(2, 2)].concat());
    assert!(picture(&upload).unwrap().bytes == upload);
}

#[test]
fn so_is_one_without_a_loss() {
    for (width, height) in [(2, 2), (1, 2), (2, 1), (3, 3)] {
        let sides = (0x1000_0000_u32 | (height - 1) << 14 | (width - 1)).to_le_bytes();
        // No transform, no cache, one group of codes, each of one symbol: every pixel is transparent black.
        let pixels = [0x88, 0x88, 0x08, 0, 0, 0];
        let chunk = webp_chunk(*b"VP8L", &[&[0x2F], &sides[..], &pixels].concat());
        for upload in [animation(&chunk), still(&chunk)] {
            let judged = picture(&upload).map(|_| ());
            assert_eq!(judged.is_ok(), (width, height) == (2, 2), "{width} by {height}: {judged:?}");
        }
    }
}

#[test]
fn a_frame_has_one_picture_and_no_other_in_its_place() {
    // A decoder that reads the second chunk as the picture, whatever its name is, would get a picture without pixels.
    let in_its_place = webp_chunk(*b"ALPH", &red(0, 0)[8..]);
    let not_a_key_frame = {
        let mut chunk = red(2, 2);
        chunk[8] |= 1;
        chunk
    };
    for chunks in [
        [transparency(), in_its_place, red(2, 2)].concat(),
        [red(2, 2), transparency()].concat(),
        [red(2, 2), red(2, 2)].concat(),
        [transparency(), not_a_key_frame].concat(),
        transparency(),
        Vec::new(),
    ] {
        for upload in [animation(&chunks), still(&chunks)] {
            assert_eq!(picture(&upload).map(|_| ()), Err(Refusal::Unreadable));
        }
    }
}

#[test]
fn a_file_that_is_shorter_than_it_says_is_refused() {
    let whole = animation(&red(2, 2));
    assert_eq!(picture(&whole[..whole.len() - 2]).map(|_| ()), Err(Refusal::Unreadable));
    let mut upload = whole;
    upload[4] += 2;
    assert_eq!(picture(&upload).map(|_| ()), Err(Refusal::Unreadable));
}
