//! JPEGs of all samplings, scans and restarts: the thumbnail is the picture.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "sides and colours are small, and have short names"
)]

use image::{Rgb, RgbImage};
use media::{Refusal, picture};

use crate::writer::{Coefficients, INTERLEAVED, JFIF, Way, segment};

/// Red, green and blue, smooth enough for any sampling, and different in each quarter.
fn colours(x: f64, y: f64) -> [f64; 3] {
    [30.0 + 190.0 * x, 220.0 - 180.0 * y, 128.0 + 90.0 * (3.0 * x).cos() * (2.0 * y).sin()]
}

/// ITU-T T.871, 7.
fn coded(x: f64, y: f64) -> [f64; 4] {
    let [r, g, b] = colours(x, y);
    let luminance = 0.299 * r + 0.587 * g + 0.114 * b;
    [luminance, 128.0 + (b - luminance) / 1.772, 128.0 + (r - luminance) / 1.402, 0.0]
}

fn seen(upload: &[u8]) -> Result<RgbImage, Refusal> {
    let thumbnail = picture(upload)?.thumbnail;
    Ok(image::load_from_memory(&thumbnail.bytes).unwrap().to_rgb8())
}

/// The mean difference of two pictures of one size.
fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

fn painted(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let place = |at: u32, side: u32| (f64::from(at) + 0.5) / f64::from(side);
        Rgb(colours(place(x, width), place(y, height)).map(|light| light as u8))
    })
}

/// Of three colours; those that have more than ten blocks in a unit cannot be interleaved.
const SAMPLINGS: [[u8; 3]; 19] = [
    [0x11, 0x11, 0x11],
    [0x21, 0x11, 0x11],
    [0x12, 0x11, 0x11],
    [0x22, 0x11, 0x11],
    [0x41, 0x11, 0x11],
    [0x14, 0x11, 0x11],
    [0x42, 0x11, 0x11],
    [0x24, 0x11, 0x11],
    [0x31, 0x11, 0x11],
    [0x13, 0x11, 0x11],
    [0x32, 0x11, 0x11],
    [0x22, 0x21, 0x21],
    [0x22, 0x12, 0x12],
    [0x22, 0x21, 0x12],
    [0x21, 0x11, 0x21],
    // Colours finer than the luminance.
    [0x11, 0x22, 0x22],
    [0x11, 0x21, 0x12],
    [0x11, 0x11, 0x22],
    [0x11, 0x31, 0x11],
];

/// One scan for all colours, one for each in every order, and the mixed ones.
const SCRIPTS: [&[&[usize]]; 11] = [
    INTERLEAVED,
    &[&[0], &[1], &[2]],
    &[&[0], &[2], &[1]],
    &[&[1], &[0], &[2]],
    &[&[1], &[2], &[0]],
    &[&[2], &[0], &[1]],
    &[&[2], &[1], &[0]],
    &[&[0], &[1, 2]],
    &[&[1, 2], &[0]],
    &[&[0, 1], &[2]],
    &[&[2], &[0, 1]],
];

/// Every process in every script, with restarts after one unit, three, and a row of nine.
fn ways() -> impl Iterator<Item = Way> {
    SCRIPTS.into_iter().flat_map(|script| {
        [0, 1, 3, 9].into_iter().flat_map(move |restart| {
            [
                Way::sequential(0xC0, script, restart),
                Way::sequential(0xC1, script, restart),
                Way::progressive(script, restart),
            ]
        })
    })
}

#[test]
fn the_thumbnail_is_the_picture_whatever_its_scans_are() {
    let painted = painted(71, 45);
    for sampling in SAMPLINGS {
        let coefficients = Coefficients::new(71, 45, &sampling, coded);
        let plain = coefficients.file(&Way::sequential(0xC0, INTERLEAVED, 0));
        let shown = picture(&plain).unwrap().thumbnail.bytes;
        let difference = difference(&seen(&plain).unwrap(), &painted);
        assert!(difference < 4.0, "{sampling:02X?} {difference}");
        for way in ways() {
            let upload = coefficients.file(&way);
            let shown_as_well = picture(&upload).map(|picture| picture.thumbnail.bytes);
            assert!(shown_as_well.as_ref() == Ok(&shown), "{sampling:02X?} {:02X} {:?}", way.frame, way.restart);
        }
    }
}

/// `image` has another decoder. It is right about interleaved colours of these samplings only; all others are compared
/// with the painted picture above.
#[test]
fn another_decoder_sees_the_same() {
    for sampling in [[0x11, 0x11, 0x11], [0x21, 0x11, 0x11], [0x12, 0x11, 0x11], [0x22, 0x11, 0x11], [0x41, 0x11, 0x11]]
    {
        for way in [Way::sequential(0xC0, INTERLEAVED, 3), Way::progressive(INTERLEAVED, 3)] {
            let upload = Coefficients::new(150, 99, &sampling, coded).file(&way);
            let other = image::load_from_memory(&upload).unwrap().to_rgb8();
            let difference = difference(&seen(&upload).unwrap(), &other);
            assert!(difference < 2.0, "{sampling:02X?} {difference}");
        }
    }
}

#[test]
fn a_large_picture_is_scaled_while_it_is_decoded() {
    for (width, height, to) in
        [(2600, 40, (320, 5)), (40, 2600, (5, 320)), (5200, 64, (320, 4)), (10_300, 24, (320, 1))]
    {
        for sampling in [[0x11, 0x11, 0x11], [0x22, 0x11, 0x11], [0x31, 0x11, 0x11], [0x11, 0x22, 0x22]] {
            let coefficients = Coefficients::new(width, height, &sampling, coded);
            for way in [Way::sequential(0xC0, SCRIPTS[4], 7), Way::progressive(INTERLEAVED, 0)] {
                let seen = seen(&coefficients.file(&way)).unwrap();
                assert_eq!(seen.dimensions(), to);
                let difference = difference(&seen, &painted(to.0, to.1));
                assert!(difference < 5.0, "{width} by {height} {sampling:02X?} {difference}");
            }
        }
    }
}

/// The decoder would count too many blocks.
#[test]
fn half_the_resolution_beside_a_quarter_is_refused_in_a_scan_of_its_own() {
    for sampling in [[0x41, 0x21, 0x11], [0x14, 0x12, 0x11], [0x41, 0x21, 0x21]] {
        for (side, is_whole) in [(64, true), (48, false), (33, false)] {
            let coefficients = Coefficients::new(side, side, &sampling, coded);
            let painted = painted(side as u32, side as u32);
            let interleaved = seen(&coefficients.file(&Way::sequential(0xC0, INTERLEAVED, 0))).unwrap();
            assert!(difference(&interleaved, &painted) < 4.0, "{sampling:02X?} {side}");
            for way in [Way::sequential(0xC0, SCRIPTS[1], 0), Way::progressive(INTERLEAVED, 0)] {
                match seen(&coefficients.file(&way)) {
                    Ok(seen) => assert!(is_whole && difference(&seen, &painted) < 4.0, "{sampling:02X?} {side}"),
                    Err(refusal) => assert!(!is_whole && refusal == Refusal::Unreadable, "{sampling:02X?} {side}"),
                }
            }
        }
    }
}

#[test]
fn samples_that_do_not_divide_are_refused() {
    for sampling in [[0x31, 0x21, 0x11], [0x11, 0x51, 0x11], [0x01, 0x11, 0x11], [0x10, 0x11, 0x11]] {
        // Written with others, because nobody can write these.
        let mut upload = Coefficients::new(9, 9, &[0x11; 3], coded).file(&Way::sequential(0xC0, INTERLEAVED, 0));
        let frame = upload.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        for (place, factors) in [11, 14, 17].into_iter().zip(sampling) {
            upload[frame + place] = factors;
        }
        assert_eq!(seen(&upload), Err(Refusal::Unreadable), "{sampling:02X?}");
    }
}

/// What it is, the number of its colours, their values at a place, segments, the names of the colours.
type Case = (&'static str, usize, fn(f64, f64) -> [f64; 4], Vec<u8>, [u8; 4]);

/// Luminance alone, red, green and blue, and inks with and without their transform. Inks are written inverted.
#[test]
fn colours_are_coded_as_the_file_says() {
    let grey = |x, y| [coded(x, y)[0], 0.0, 0.0, 0.0];
    let plain = |x, y| {
        let [r, g, b] = colours(x, y);
        [r, g, b, 255.0]
    };
    let turned = |x, y| {
        let [luminance, blue, red, _] = coded(x, y);
        [255.0 - luminance, 256.0 - blue, 256.0 - red, 255.0]
    };
    let adobe = |transform| segment(0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat());
    let usual = [1, 2, 3, 4];
    let cases: [Case; 11] = [
        ("grey", 1, grey, JFIF.into(), usual),
        ("JFIF", 3, coded, JFIF.into(), usual),
        ("no note", 3, coded, Vec::new(), usual),
        ("other names", 3, coded, Vec::new(), [0, 1, 2, 3]),
        ("Adobe's transform", 3, coded, adobe(1), usual),
        ("JFIF before Adobe", 3, coded, [JFIF, &adobe(0)].concat(), usual),
        ("no transform", 3, plain, adobe(0), usual),
        ("named", 3, plain, Vec::new(), *b"RGB_"),
        ("inks", 4, plain, Vec::new(), usual),
        ("Adobe's inks", 4, plain, adobe(0), usual),
        ("transformed inks", 4, turned, adobe(2), usual),
    ];
    for (name, count, paint, head, names) in cases {
        let all: Vec<usize> = (0..count).collect();
        let way = Way { head, names, ..Way::sequential(0xC0, &[&all], 0) };
        let seen = seen(&Coefficients::new(80, 60, &vec![0x11; count], paint).file(&way)).unwrap();
        let mut expected = painted(80, 60);
        if count == 1 {
            for Rgb(light) in expected.pixels_mut() {
                let [r, g, b] = light.map(f64::from);
                *light = [(0.299 * r + 0.587 * g + 0.114 * b) as u8; 3];
            }
        }
        let difference = difference(&seen, &expected);
        assert!(difference < 4.0, "{name} {difference}");
    }
}
