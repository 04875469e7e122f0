use domain::MediaType::{Jpeg, Mp4, Quicktime, ThreeGpp, Webm};
use media::{FIRST_BYTES, Refusal, video};

/// The first two boxes of a file, as cameras write them.
fn file_type(brands: &[[u8; 4]]) -> Vec<u8> {
    let [major, compatible @ ..] = brands else { panic!("a file has a brand") };
    let size = u32::try_from(16 + 4 * compatible.len()).unwrap().to_be_bytes();
    [&size[..], b"ftyp", major, &[0, 0, 2, 0], compatible.as_flattened(), b"\0\0\0\x08free"].concat()
}

/// The header of an EBML document.
fn ebml(doc_type: &[u8]) -> Vec<u8> {
    let size = u8::try_from(doc_type.len()).unwrap();
    let header = [&[0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x80 | size], doc_type, &[0x42, 0x87, 0x81, 4]].concat();
    [&[0x1A, 0x45, 0xDF, 0xA3, 0x01, 0, 0, 0, 0, 0, 0, u8::try_from(header.len()).unwrap()], &header[..]].concat()
}

#[test]
fn a_video_is_known_by_its_first_bytes() {
    for (media_type, first_bytes) in [
        (Mp4, file_type(&[*b"isom", *b"iso2", *b"avc1", *b"mp41"])),
        (Mp4, file_type(&[*b"mp42", *b"isom"])),
        // A camera by Sony.
        (Mp4, file_type(&[*b"XAVC", *b"mp42", *b"iso2"])),
        (Quicktime, file_type(&[*b"qt  "])),
        (ThreeGpp, file_type(&[*b"3gp4", *b"isom", *b"3gp4"])),
        (Webm, ebml(b"webm")),
    ] {
        assert_eq!(video(media_type, &first_bytes), Ok(()), "{media_type:?}");
        assert_eq!(video(Jpeg, &first_bytes), Err(Refusal::NotOfType(Jpeg)));
        for end in 0..first_bytes.len().min(16) {
            assert_eq!(video(media_type, &first_bytes[..end]), Err(Refusal::NotOfType(media_type)), "{end}");
        }
    }
}

#[test]
fn a_movie_of_before_there_were_types_is_known_by_what_is_in_it() {
    for first_bytes in [
        &b"\0\0\0\x6Cmoov\0\0\0\x64mvhd"[..],
        b"\0\0\0\x08wide\0\x40\0\0mdat\0\0",
        b"\0\0\0\x08free\0\0\0\x0Cskip\0\0\0\0\0\0\0\x01mdat\0\0\0\0\x01\0\0\0",
    ] {
        assert_eq!(video(Quicktime, first_bytes), Ok(()), "{first_bytes:?}");
        assert_eq!(video(Mp4, first_bytes), Err(Refusal::NotOfType(Mp4)), "{first_bytes:?}");
    }
    for first_bytes in [
        // Text, and sizes that are too small.
        &b"<!--moov--><script>alert(1)</script>"[..],
        b"\nx2\nmdat",
        b"\0\0\0\x08wide<!--mdat--><script>",
        b"\0\0\0\x00moov",
        b"\0\0\0\x07wide\0\0\0\x6Cmoov",
        b"\0\0\0\x08wide\0\0\0\x08<svg",
        b"\0\0\0\x08wide",
        b"\0\0\0\x0Cfree",
    ] {
        assert_eq!(video(Quicktime, first_bytes), Err(Refusal::NotOfType(Quicktime)), "{first_bytes:?}");
    }
}

#[test]
fn what_is_something_else_is_refused() {
    for (media_type, first_bytes) in [
        (Mp4, b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        (Webm, b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        // Photos of phones have the same container.
        (Mp4, file_type(&[*b"heic", *b"mif1", *b"heic"])),
        (Mp4, file_type(&[*b"qt  "])),
        (Quicktime, file_type(&[*b"isom"])),
        (ThreeGpp, file_type(&[*b"isom"])),
        (Webm, ebml(b"matroska")),
        (Webm, b"\x1A\x45\xDF\xA3\xFFwebm".to_vec()),
        (Mp4, b"\xFF\xFF\xFF\xFFftypisom\0\0\0\0isom".to_vec()),
        (Mp4, b"\0\0\0\x04ftypisom".to_vec()),
        (Mp4, Vec::new()),
    ] {
        assert_eq!(video(media_type, &first_bytes), Err(Refusal::NotOfType(media_type)), "{first_bytes:?}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut random = fastrand::Rng::with_seed(1);
    for start in [ebml(b"webm"), file_type(&[*b"isom", *b"mp41"]), Vec::new()] {
        for _ in 0..20_000 {
            let mut bytes = start.clone();
            let more = random.usize(..100);
            bytes.extend(std::iter::repeat_with(|| random.u8(..)).take(more));
            for _ in 0..random.usize(..4) {
                if let Some(byte) = random.choice(&mut bytes) {
                    *byte = byte.rotate_left(1);
                }
            }
            bytes.truncate(FIRST_BYTES);
            for media_type in [Mp4, Quicktime, Webm] {
                let _ = video(media_type, &bytes);
            }
        }
    }
}
