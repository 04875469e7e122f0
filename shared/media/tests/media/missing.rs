//! JPEG: parts that some programs omit or add, and kinds that few programs show.

use media::{Refusal, picture};

use crate::{
    support::{PLACE, contains, corner},
    writer::{Coefficients, INTERLEAVED, JFIF, Way, segment},
};

const ONE_BY_ONE: &[&[usize]] = &[&[2], &[0], &[1]];

fn smooth(x: f64, y: f64) -> [f64; 4] {
    [40.0 + 180.0 * x, 100.0 + 60.0 * y, 128.0 + 60.0 * x * y, 255.0]
}

fn photo() -> Coefficients {
    Coefficients::new(83, 61, &[0x22, 0x11, 0x11], smooth)
}

/// A picture in each sequential way, with restarts and without.
fn sequential() -> impl Iterator<Item = Way> {
    [0xC0, 0xC1].into_iter().flat_map(|frame| {
        [0, 1, 4]
            .into_iter()
            .flat_map(move |restart| [INTERLEAVED, ONE_BY_ONE].map(|script| Way::sequential(frame, script, restart)))
    })
}

fn judged(upload: &[u8]) -> Result<(), Refusal> {
    picture(upload).map(|_| ())
}

/// The place of the first segment of this kind.
fn place(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xFF, marker]).unwrap()
}

#[test]
fn tables_that_a_webcam_omits_are_put_there() {
    let avi = segment(0xE0, b"AVI1\0\0\0\0\0\0\0\0\0\0");
    for way in sequential() {
        let whole = photo().file(&way);
        for tables in [vec![], vec![0], vec![0, 0x10], vec![0x11, 1]] {
            for head in [JFIF.to_vec(), Vec::new(), avi.clone(), [JFIF, &avi].concat()] {
                let upload = photo().file(&Way { tables: tables.clone(), head, ..way.clone() });
                let shown = picture(&upload).unwrap();
                assert!(shown.thumbnail.bytes == picture(&whole).unwrap().thumbnail.bytes, "{tables:?}");
                assert!(!contains(&shown.bytes, b"AVI1"));
                assert!(shown.bytes.len() <= upload.len() + 2 * (33 + 183));
                // Another decoder needs no knowledge of the usual tables.
                assert!(image::load_from_memory(&shown.bytes).is_ok() || way.scans.len() > 1, "{tables:?}");
                assert!(picture(&shown.bytes).unwrap().bytes == shown.bytes, "{tables:?}");
            }
        }
    }
}

#[test]
fn a_progressive_picture_has_no_usual_tables() {
    let way = Way { tables: Vec::new(), ..Way::progressive(INTERLEAVED, 0) };
    assert_eq!(judged(&photo().file(&way)), Err(Refusal::Unreadable));
}

/// Data of phones behind the picture, and data that looks like parts of one.
fn trailers() -> Vec<Vec<u8>> {
    let film = [&b"\0\0\0\x18ftypmp42"[..], PLACE, b"\xFF\xD8\xFF\xE1\0\x10Exif", &[0xFF, 0xD0, 0xFF, 0, 9]].concat();
    let mut random = fastrand::Rng::with_seed(1);
    let noise = std::iter::repeat_with(|| random.u8(..)).take(5000).collect();
    vec![
        PLACE.to_vec(),
        [b"\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data1574000000000SEFH", PLACE, b"SEFT"].concat(),
        film.clone(),
        [&[0; 40][..], &film].concat(),
        [&[0xFF; 3][..], &film].concat(),
        [&[0xFF, 0x3A][..], PLACE].concat(),
        [&[0xFF, 0xFE, 0xFF, 0xFF][..], PLACE].concat(),
        [&[0xFF, 0xD9][..], PLACE].concat(),
        noise,
    ]
}

#[test]
fn a_picture_ends_with_its_last_block_if_its_end_is_missing() {
    for way in sequential() {
        let whole = photo().file(&way);
        for trailer in trailers() {
            let upload = [&whole[..whole.len() - 2], &trailer].concat();
            let shown = picture(&upload).unwrap();
            assert!(shown.bytes == whole, "{:?} {:02X?}", way.restart, &trailer[..9]);
        }
    }
}

#[test]
fn a_picture_that_breaks_off_before_a_trailer_is_refused() {
    for way in sequential() {
        let whole = photo().file(&way);
        for cut in 3..40 {
            let upload = [&whole[..whole.len() - cut], &[0xFF, 0x3A][..], PLACE].concat();
            assert_eq!(judged(&upload), Err(Refusal::Unreadable), "{:?} {cut}", way.restart);
        }
    }
}

/// An interval that is too short would be grey, or of the colour before.
#[test]
fn an_interval_that_breaks_off_is_refused() {
    for way in [Way::sequential(0xC0, INTERLEAVED, 2), Way::progressive(INTERLEAVED, 2)] {
        let whole = photo().file(&way);
        let shown = picture(&whole).unwrap().thumbnail.bytes;
        let marker = place(&whole, 0xD1);
        for cut in 1..12 {
            let upload = [&whole[..marker - cut], &whole[marker..]].concat();
            match picture(&upload) {
                Err(refusal) => assert_eq!(refusal, Refusal::Unreadable),
                // The bits that fill the last byte may be lost.
                Ok(picture) => assert!(cut == 1 && picture.thumbnail.bytes == shown, "{cut}"),
            }
        }
    }
}

#[test]
fn data_between_segments_is_left_out() {
    let between = [
        vec![0xFF; 5],
        b"\0junk".to_vec(),
        PLACE.to_vec(),
        segment(0xFE, PLACE),
        segment(0xE7, PLACE),
        // The number of lines again, and values for arithmetic coding.
        segment(0xCC, &[0, 0x10]),
        vec![0xFF, 0x01, 0xFF, 0xD3],
    ];
    for way in sequential().chain([Way::progressive(INTERLEAVED, 0)]) {
        let whole = photo().file(&way);
        for marker in [0xDB, way.frame, 0xC4, 0xDD, 0xDA] {
            for between in &between {
                let mut upload = whole.clone();
                let place = place(&upload, marker);
                upload.splice(place..place, between.iter().copied());
                assert!(picture(&upload).unwrap().bytes == whole, "{marker:02X} {between:02X?}");
            }
        }
        let lines = [&whole[..whole.len() - 2], &segment(0xDC, &[0, 61]), &[0xFF, 0xD9]].concat();
        assert!(picture(&lines).unwrap().bytes == whole);
    }
}

#[test]
fn kinds_that_few_programs_show_are_refused() {
    let whole = photo().file(&Way::sequential(0xC1, INTERLEAVED, 0));
    let frame = place(&whole, 0xC1);
    let changed = |place: usize, byte: u8| {
        let mut upload = whole.clone();
        upload[frame + place] = byte;
        upload
    };
    for (what, upload) in [
        ("lossless", changed(1, 0xC3)),
        ("hierarchical", changed(1, 0xC5)),
        ("arithmetic coding", changed(1, 0xC9)),
        ("arithmetic coding, progressive", changed(1, 0xCA)),
        ("12 bits", changed(4, 12)),
        ("no line, before a number of lines", changed(6, 0)),
        ("no column", changed(8, 0)),
    ] {
        assert_eq!(judged(&upload), Err(Refusal::Unreadable), "{what}");
    }
    let two = Coefficients::new(20, 20, &[0x11, 0x11], smooth).file(&Way::sequential(0xC0, &[&[0, 1]], 0));
    assert_eq!(judged(&two), Err(Refusal::Unreadable));
}

#[test]
fn a_side_has_as_many_pixels_as_other_programs_show() {
    let tall = |height: u32| {
        let mut file = Vec::new();
        let height = u16::try_from(height).unwrap();
        jpeg_encoder::Encoder::new(&mut file, 50)
            .encode(&corner(8, height.into()).into_raw(), 8, height, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        file
    };
    assert_eq!(judged(&tall(65_500)), Ok(()));
    for document in [include_str!("../../../../infra/openapi.yaml"), include_str!("../../../../infra/docs/limits.md")] {
        assert!(document.contains("65,500"));
    }
    for height in [65_501, 65_529, 65_535] {
        assert_eq!(judged(&tall(height)), Err(Refusal::Unreadable), "{height}");
    }
}
