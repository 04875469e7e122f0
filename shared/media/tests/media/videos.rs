use domain::MediaType::{self, Mp4, Quicktime, ThreeGpp, Webm};
use media::{Refusal, video};

use crate::boxes::{file_type, iso_box};

fn is_video(first_bytes: &[u8]) -> Option<MediaType> {
    video(Webm, first_bytes).ok()
}

#[test]
fn a_video_is_known_by_its_brands() {
    for (media_type, brands) in [
        (Mp4, &[*b"isom", *b"iso2", *b"avc1", *b"mp41"][..]),
        (Mp4, &[*b"mp42", *b"isom"]),
        (Mp4, &[*b"M4V ", *b"M4V ", *b"M4A ", *b"mp42"]),
        // `MediaRecorder`, for CMAF too.
        (Mp4, &[*b"iso5", *b"iso6", *b"mp41"]),
        (Mp4, &[*b"cmfc", *b"iso8"]),
        // Cameras by Sony and Canon, with a brand of their own.
        (Mp4, &[*b"XAVC", *b"mp42", *b"iso2"]),
        (Mp4, &[*b"CAEP", *b"CAEP", *b"isom"]),
        (Quicktime, &[*b"qt  "]),
        (Quicktime, &[*b"qt  ", *b"isom"]),
        (ThreeGpp, &[*b"3gp4", *b"isom", *b"3gp4"]),
        (ThreeGpp, &[*b"3g2a"]),
    ] {
        let file_type = file_type(brands);
        let first_bytes = [&*file_type, &iso_box(*b"free", b"")].concat();
        assert_eq!(is_video(&first_bytes), Some(media_type), "{brands:?}");
        for end in 0..file_type.len() {
            assert_eq!(is_video(&first_bytes[..end]), None, "{end}");
        }
    }
}

#[test]
fn a_video_of_several_types_keeps_the_announced_one() {
    let phone = file_type(&[*b"3gp4", *b"isom"]);
    for (announced, found) in [(ThreeGpp, ThreeGpp), (Mp4, Mp4), (Quicktime, ThreeGpp), (Webm, ThreeGpp)] {
        assert_eq!(video(announced, &phone), Ok(found));
    }
    let untyped = iso_box(*b"moov", &[0; 100]);
    for (announced, found) in [(Quicktime, Quicktime), (Mp4, Mp4), (ThreeGpp, Quicktime), (Webm, Quicktime)] {
        assert_eq!(video(announced, &untyped), Ok(found));
    }
}

#[test]
fn a_movie_of_before_there_were_types_is_known_by_what_is_in_it() {
    for first_bytes in [
        &b"\0\0\0\x6Cmoov\0\0\0\x64mvhd"[..],
        b"\0\0\0\x08wide\0\x40\0\0mdat\0\0",
        b"\0\0\0\x08free\0\0\0\x0Cskip\0\0\0\0\0\0\0\x01mdat\0\0\0\0\x01\0\0\0",
        b"\0\0\0\x14pnot\0\0\0\0\0\0PICT\0\x01\0\0\0\x0CPICT\0\0\0\0\0\0\0\0mdat",
    ] {
        assert_eq!(is_video(first_bytes), Some(Quicktime), "{first_bytes:?}");
    }
    for first_bytes in [
        // Text, and sizes that are too small.
        &b"<!--moov--><script>alert(1)</script>"[..],
        b"\nx2\nmdat",
        b"\0\0\0\x08wide<!--mdat--><script>",
        b"\0\0\0\0moov",
        b"\0\0\0\0free\0\0\0\x6Cmoov",
        b"\0\0\0\x07wide\0\0\0\x6Cmoov",
        b"\0\0\0\x08wide\0\0\0\x08<svg",
        b"\0\0\0\x08wide",
        b"\0\0\0\x0Cfree",
        b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0F",
        b"\0\0\0\x01mdat\xFF\xFF\xFF\xFF\0\0\0\0",
    ] {
        assert_eq!(is_video(first_bytes), None, "{first_bytes:?}");
    }
}

#[test]
fn what_is_something_else_is_refused() {
    for first_bytes in [
        b"<!DOCTYPE html><script>alert(1)</script>".to_vec(),
        b"%PDF-1.7\n".to_vec(),
        b"RIFF\x24\0\0\0AVI LIST".to_vec(),
        // Photos of phones and cameras, and music, have the same container. Some may be read as MP4.
        file_type(&[*b"heic", *b"mif1", *b"heic"]),
        file_type(&[*b"mif1", *b"heic", *b"isom"]),
        file_type(&[*b"avif", *b"mif1", *b"miaf"]),
        file_type(&[*b"avis", *b"msf1", *b"iso8", *b"mif1"]),
        file_type(&[*b"crx ", *b"crx ", *b"isom"]),
        file_type(&[*b"M4A ", *b"M4A ", *b"mp42", *b"isom"]),
        file_type(&[*b"jp2 "]),
        b"\xFF\xFF\xFF\xFFftypisom\0\0\0\0isom".to_vec(),
        b"\0\0\0\x04ftypisom".to_vec(),
        Vec::new(),
    ] {
        for announced in MediaType::ALL {
            assert_eq!(video(*announced, &first_bytes), Err(Refusal::NoVideo), "{first_bytes:?}");
        }
    }
}

/// GNOME, like all programs with `GStreamer`, pads the type with a NUL.
#[test]
fn the_header_of_a_recording_by_gnome_is_of_webm() {
    let first_bytes = b"\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x10\x42\x82\x85webm\0\x42\x87\x81\x02\x42\x85\x81\x02";
    assert_eq!(video(Webm, first_bytes), Ok(Webm));
}
