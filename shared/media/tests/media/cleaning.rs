use std::io::Cursor;

use domain::MediaType;
use image::{
    AnimationDecoder, ImageDecoder, ImageReader, codecs::gif::GifDecoder, codecs::webp::WebPDecoder,
    metadata::Orientation,
};
use media::{Picture, picture};

use crate::support::{PICTURES, PLACE, animation, contains, photo, plain, profile, told_everywhere};

fn decoder(file: &[u8]) -> impl ImageDecoder {
    ImageReader::new(Cursor::new(file)).with_guessed_format().unwrap().into_decoder().unwrap()
}

#[test]
fn nobody_learns_from_a_picture_where_it_was_taken() {
    for media_type in PICTURES {
        let upload = told_everywhere(media_type, photo(media_type, 40, 20, 6));
        assert!(contains(&upload, PLACE), "{media_type:?}");
        let Picture { bytes, thumbnail, .. } = picture(&upload).unwrap();
        for file in [bytes, thumbnail.bytes] {
            assert!(!contains(&file, PLACE) && !contains(&file, b"<html>"), "{media_type:?}");
            let mut seen = decoder(&file);
            assert_eq!((seen.xmp_metadata().unwrap(), seen.iptc_metadata().unwrap()), (None, None), "{media_type:?}");
        }
    }
}

#[test]
fn what_it_looks_like_stays() {
    for media_type in PICTURES {
        let upload = told_everywhere(media_type, photo(media_type, 41, 23, 6));
        let cleaned = picture(&upload).unwrap().bytes;
        assert_eq!(
            image::load_from_memory(&cleaned).unwrap(),
            image::load_from_memory(&upload).unwrap(),
            "{media_type:?}"
        );
        if media_type != MediaType::Gif {
            let mut seen = decoder(&cleaned);
            assert_eq!(seen.orientation().unwrap(), Orientation::Rotate90, "{media_type:?}");
            assert_eq!(seen.icc_profile().unwrap(), Some(profile()), "{media_type:?}");
        }
    }
}

#[test]
fn a_picture_that_is_the_right_way_up_has_no_exif_data() {
    for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::Webp] {
        let cleaned = picture(&photo(media_type, 40, 20, 1)).unwrap().bytes;
        assert_eq!(decoder(&cleaned).exif_metadata().unwrap(), None, "{media_type:?}");
    }
}

#[test]
fn what_has_nothing_to_tell_stays_byte_by_byte() {
    for media_type in PICTURES {
        let upload = plain(media_type, 40, 20);
        assert!(picture(&upload).unwrap().bytes == upload, "{media_type:?}");
        let told = picture(&told_everywhere(media_type, photo(media_type, 40, 20, 8))).unwrap().bytes;
        assert!(picture(&told).unwrap().bytes == told, "{media_type:?}");
    }
}

#[test]
fn an_animation_goes_on_moving() {
    let upload = told_everywhere(MediaType::Gif, animation(MediaType::Gif, 3));
    let cleaned = picture(&upload).unwrap().bytes;
    let frames =
        |file: &[u8]| GifDecoder::new(Cursor::new(file.to_vec())).unwrap().into_frames().collect_frames().unwrap();
    assert_eq!(frames(&cleaned).len(), 3);
    assert!(frames(&cleaned).iter().zip(frames(&upload)).all(|(now, before)| now.buffer() == before.buffer()));
    assert!(contains(&cleaned, b"NETSCAPE2.0") && !contains(&cleaned, PLACE));

    let upload = told_everywhere(MediaType::Webp, animation(MediaType::Webp, 3));
    let cleaned = picture(&upload).unwrap().bytes;
    let frames =
        |file: &[u8]| WebPDecoder::new(Cursor::new(file.to_vec())).unwrap().into_frames().collect_frames().unwrap();
    assert_eq!(frames(&cleaned).len(), 3);
    assert!(frames(&cleaned).iter().zip(frames(&upload)).all(|(now, before)| now.buffer() == before.buffer()));
    assert!(!contains(&cleaned, PLACE));
}

#[test]
fn a_thumbnail_that_a_camera_put_beside_its_photo_goes() {
    let mut upload = plain(MediaType::Jpeg, 40, 20);
    // The thumbnail of JFIF: one pixel of three bytes after a header of 14.
    let jfif = [&b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01"[..], b"\xC0\xFF\xEE"].concat();
    upload.splice(2..20, [&[0xFF, 0xE0, 0, 19][..], &jfif].concat());
    let cleaned = picture(&upload).unwrap().bytes;
    assert!(!contains(&cleaned, b"\xC0\xFF\xEE"));
    assert_eq!(image::load_from_memory(&cleaned).unwrap(), image::load_from_memory(&upload).unwrap());
}

#[test]
fn what_stays_has_nothing_behind_it() {
    let known = animation(MediaType::Gif, 2);
    let mut upload = known.clone();
    // The repetitions are a block of three bytes, the control of a frame is one of four. Another block follows either.
    let note = [&[u8::try_from(PLACE.len()).unwrap()], PLACE].concat();
    for (start, length) in [(&b"\x21\xFF\x0BNETSCAPE2.0\x03\x01"[..], 18), (b"\x21\xF9\x04", 7)] {
        let place = upload.windows(start.len()).position(|window| window == start).unwrap() + length;
        assert_eq!(upload[place], 0);
        upload.splice(place..place, note.iter().copied());
    }
    assert!(picture(&upload).unwrap().bytes == known);

    // Adobe's note on colours, in place of the segment of JFIF.
    let mut known = plain(MediaType::Jpeg, 40, 20);
    let adobe = b"Adobe\0\x64\0\0\0\0\x01";
    known.splice(2..20, [&[0xFF, 0xEE, 0, 14][..], adobe].concat());
    let mut upload = known.clone();
    upload.splice(4..18, [&[0, 14 + u8::try_from(PLACE.len()).unwrap()][..], adobe, PLACE].concat());
    assert!(picture(&upload).unwrap().bytes == known);
}
