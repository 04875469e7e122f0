//! JPEG: the compressed data is whole, for each way of compression.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use media::{Refusal, picture};

use crate::support::corner;

/// A way to compress a picture.
#[derive(Clone, Copy, Debug)]
struct Way {
    colours: ColorType,
    sampling: SamplingFactor,
    progressive: bool,
    /// The number of units between two restart markers; 0 means no markers.
    restart: u16,
}

fn ways() -> impl Iterator<Item = Way> {
    use ColorType::{Cmyk, CmykAsYcck, Luma, Rgb};
    let colours = [
        (Luma, SamplingFactor::F_1_1),
        (Rgb, SamplingFactor::F_1_1),
        (Rgb, SamplingFactor::F_2_1),
        (Rgb, SamplingFactor::F_2_2),
        (Cmyk, SamplingFactor::F_1_1),
        (CmykAsYcck, SamplingFactor::F_1_1),
    ];
    colours.into_iter().flat_map(|(colours, sampling)| {
        [(false, 0), (false, 1), (false, 3), (true, 0), (true, 2)].map(|(progressive, restart)| Way {
            colours,
            sampling,
            progressive,
            restart,
        })
    })
}

fn compressed(way: Way, width: u16, height: u16) -> Vec<u8> {
    let corner = corner(width.into(), height.into());
    let pixels: Vec<u8> = match way.colours {
        ColorType::Luma => corner.pixels().map(|pixel| pixel.0[0]).collect(),
        ColorType::Rgb => corner.into_raw(),
        _ => corner.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2], 0]).collect(),
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 80);
    encoder.set_sampling_factor(way.sampling);
    encoder.set_progressive(way.progressive);
    encoder.set_restart_interval(way.restart);
    encoder.encode(&pixels, width, height, way.colours).unwrap();
    file
}

/// The start of the compressed data of the last scan.
fn last_scan(file: &[u8]) -> usize {
    let marker = file.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    marker + 2 + usize::from(file[marker + 3])
}

fn judged(upload: &[u8]) -> Result<(), Refusal> {
    picture(upload).map(|_| ())
}

#[test]
fn a_whole_picture_is_shown_however_it_is_compressed() {
    for way in ways() {
        for (width, height) in [(1, 1), (17, 9), (8, 300), (300, 7), (65, 40), (640, 481)] {
            let upload = compressed(way, width, height);
            let shown = picture(&upload).unwrap();
            assert!(shown.bytes == upload, "{way:?} {width} by {height}");
            let seen = image::load_from_memory(&shown.thumbnail.bytes).unwrap().to_rgb8();
            if matches!(way.colours, ColorType::Rgb) && width > 16 && height > 16 {
                let [red, _, blue] = seen.get_pixel(0, 0).0;
                assert!(red > 200 && blue < 60, "{way:?} {width} by {height}");
            }
        }
    }
}

#[test]
fn a_picture_that_breaks_off_and_ends_is_refused() {
    for way in ways() {
        let whole = compressed(way, 33, 21);
        // The bits that fill the last byte may be lost.
        for cut in last_scan(&whole)..whole.len() - 3 {
            let cut = &whole[..cut];
            for end in [&[0xFF, 0xD9][..], &[0xFF, 0xFF, 0xD9], &[]] {
                assert_eq!(judged(&[cut, end].concat()), Err(Refusal::Unreadable), "{way:?} {}", cut.len());
            }
        }
    }
}

#[test]
fn a_little_noise_is_no_picture() {
    let mut random = fastrand::Rng::with_seed(1);
    // More noise may be a picture. So may as little, if a code stands for many blocks or decoders look for a restart
    // marker.
    for way in ways().filter(|way| !way.progressive && way.restart == 0) {
        let whole = compressed(way, 33, 21);
        for length in 0..8 {
            let noise = std::iter::repeat_with(|| random.u8(..0xFF)).take(length);
            let upload: Vec<u8> = whole[..last_scan(&whole)].iter().copied().chain(noise).chain([0xFF, 0xD9]).collect();
            assert_eq!(judged(&upload), Err(Refusal::Unreadable), "{way:?} {length}");
        }
    }
}

#[test]
fn an_end_that_is_missing_is_put_there() {
    for way in ways() {
        let whole = compressed(way, 33, 21);
        for missing in [1, 2] {
            let upload = &whole[..whole.len() - missing];
            assert!(picture(upload).unwrap().bytes == whole, "{way:?}");
        }
    }
}

#[test]
fn restart_markers_may_be_filled_as_others_may() {
    for way in ways().filter(|way| way.restart > 0) {
        let plain = compressed(way, 33, 21);
        let mut upload = plain.clone();
        for place in (1..upload.len()).rev() {
            if upload[place - 1] == 0xFF && matches!(upload[place], 0xD0..=0xD7) {
                upload.splice(place..place, [0xFF, 0xFF]);
            }
        }
        assert!(upload.len() > plain.len());
        let shown = picture(&upload).unwrap();
        assert!(shown.bytes == upload, "{way:?}");
        assert!(shown.thumbnail.bytes == picture(&plain).unwrap().thumbnail.bytes, "{way:?}");
    }
}
