use domain::MediaType;
use media::{Refusal, picture};

use crate::support::{PICTURES, animation, photo, plain, told_everywhere};

#[test]
fn a_script_is_no_picture() {
    for upload in [
        &b"<!DOCTYPE html><script>alert(1)</script>"[..],
        b"<svg onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"MZ\x90\0",
        b"PK\x03\x04",
        b"BM\x3A\0\0\0",
        b"II*\0\x08\0\0\0",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\x89PNG\n",
        b"GIF88a",
        b"",
        b"\0",
    ] {
        assert_eq!(picture(upload).unwrap_err(), Refusal::NoPicture, "{upload:?}");
    }
}

#[test]
fn a_picture_is_of_the_type_that_its_bytes_have() {
    for media_type in PICTURES {
        assert_eq!(picture(&plain(media_type, 9, 9)).unwrap().media_type, media_type);
    }
}

#[test]
fn a_picture_that_breaks_off_is_refused_wherever_it_does() {
    for media_type in PICTURES {
        let whole = photo(media_type, 12, 9, 3);
        // The bytes that only mark the end of the picture.
        let nothing = match media_type {
            MediaType::Gif => 1,
            MediaType::Jpeg => 2,
            _ => 0,
        };
        for end in 0..whole.len() - nothing {
            assert!(picture(&whole[..end]).is_err(), "{media_type:?} {end}");
        }
    }
}

#[test]
fn a_gif_without_its_end_gets_one() {
    let whole = animation(MediaType::Gif, 3);
    assert!(picture(&whole[..whole.len() - 1]).unwrap().bytes == whole);
    assert_eq!(picture(b"GIF89a\x01\0\x01\0\0\0\0").unwrap_err(), Refusal::Unreadable);
}

#[test]
fn a_refusal_says_why() {
    for (refusal, why) in [
        (Refusal::NoPicture, "is not a GIF, JPEG, PNG or WebP picture"),
        (Refusal::NoVideo, "is not an MP4, QuickTime, 3GPP or WebM video"),
        (Refusal::TooManyPixels, "has more than 67 megapixels"),
        (Refusal::TooManyScans, "is too complex to show"),
    ] {
        assert_eq!(refusal.to_string(), why);
    }
}

#[test]
fn the_description_names_the_largest_picture() {
    let refusal = Refusal::TooManyPixels.to_string();
    let limit = refusal.replace("has more than", "at most");
    assert!(include_str!("../../../../infra/openapi.yaml").contains(&limit), "{limit}");
    let limit = refusal.replace("has more than", "").replace("megapixels", "million");
    assert!(include_str!("../../../../infra/docs/limits.md").contains(limit.trim()), "{limit}");
}

#[test]
fn whatever_is_let_through_is_clean_and_nothing_makes_it_panic() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut accepted = 0;
    for media_type in PICTURES {
        let moving = matches!(media_type, MediaType::Gif | MediaType::Webp).then(|| animation(media_type, 2));
        let uploads =
            [Some(told_everywhere(media_type, photo(media_type, 12, 9, 6))), Some(plain(media_type, 9, 12)), moving];
        for upload in uploads.into_iter().flatten() {
            for _ in 0..1_000 {
                let mut upload = upload.clone();
                for _ in 0..random.usize(1..4) {
                    let place = random.usize(..upload.len());
                    match random.u8(..3) {
                        0 => upload[place] = random.u8(..),
                        1 => upload[place] ^= 1 << random.u8(..8),
                        _ => drop(upload.drain(place..(place + random.usize(..9)).min(upload.len()))),
                    }
                }
                if let Ok(cleaned) = picture(&upload) {
                    accepted += 1;
                    let again = picture(&cleaned.bytes).unwrap();
                    assert!(again.bytes == cleaned.bytes, "{media_type:?}");
                }
            }
        }
    }
    assert!(accepted > 1_000, "{accepted}");
}
