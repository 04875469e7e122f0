//! An accepted picture has no metadata left, is not larger than its upload, and has a thumbnail that can be decoded.

#![no_main]

use std::{env, fs, path::Path};

use domain::MediaType;
use libfuzzer_sys::fuzz_target;

#[path = "../../../shared/media/tests/media/support.rs"]
#[allow(dead_code, reason = "its tests use the rest")]
mod support;

/// The types, chosen by the first byte, so that the inputs of one type do not displace those of another.
const TYPES: [MediaType; 8] = [
    MediaType::Gif,
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Webp,
    MediaType::Mp4,
    MediaType::Quicktime,
    MediaType::ThreeGpp,
    MediaType::Webm,
];

fuzz_target!(init: write_seeds(), |data: &[u8]| {
    let Some((&choice, upload)) = data.split_first() else { return };
    let media_type = TYPES[usize::from(choice) % TYPES.len()];
    let _ = media::video(media_type, upload);
    let Ok(picture) = media::picture(upload) else { return };
    // A GIF or a JPEG without its end marker gets one, and a JPEG without Huffman tables the four usual ones.
    assert!(picture.bytes.len() <= upload.len() + 2 + 2 * (33 + 183));
    assert!(image::load_from_memory(&picture.thumbnail.bytes).is_ok());
    let again = media::picture(&picture.bytes).expect("what is shown can be shown");
    assert!(again.bytes == picture.bytes, "there is nothing left to take out");
});

/// Writes the first pictures into the directory that the fuzzer reads next.
fn write_seeds() {
    let Ok(directory) = env::var("SEEDS") else { return };
    for (choice, media_type) in (0..).zip(support::PICTURES) {
        let photo = support::photo(media_type, 12, 9, 6);
        let told = support::told_everywhere(media_type, photo.clone());
        let mut seeds = vec![support::plain(media_type, 9, 9), photo, told];
        if matches!(media_type, MediaType::Gif | MediaType::Webp) {
            seeds.push(support::animation(media_type, 2));
        }
        for (number, seed) in seeds.into_iter().enumerate() {
            let file = Path::new(&directory).join(format!("{choice}-{number}"));
            fs::write(file, [&[choice], &*seed].concat()).expect("a seed can be written");
        }
    }
}
