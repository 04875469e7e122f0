//! Videos whose headers are arranged in any way that their standards allow.

use domain::MediaType::{self, Mp4, Quicktime, ThreeGpp, Webm};
use media::{Refusal, video};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::Config};

use crate::boxes::{brands, iso_box, long_box};

/// An EBML number of this length, from 1 to 8 bytes.
fn number(value: u64, length: usize) -> Vec<u8> {
    let mark = 1 << (7 * length);
    assert!(value < mark, "{value} fits {length} bytes");
    (value | mark).to_be_bytes()[8 - length..].to_vec()
}

fn least_length(value: u64) -> usize {
    (1..8).find(|length| value < (1 << (7 * length)) - 1).unwrap_or(8)
}

/// An EBML element, with the length of its size as an offset from the least.
fn element(id: &[u8], data: &[u8], longer: usize) -> Vec<u8> {
    let size = data.len() as u64;
    [id, &number(size, (least_length(size) + longer).min(8)), data].concat()
}

/// An element of the header beside the type: the versions and largest lengths (RFC 8794, 11.2), padding, and a
/// checksum.
fn other_element() -> impl Strategy<Value = Vec<u8>> {
    let numbers: Vec<&[u8]> = vec![b"\x42\x86", b"\x42\xF7", b"\x42\xF2", b"\x42\xF3", b"\x42\x87", b"\x42\x85"];
    prop_oneof![
        (select(numbers), vec(any::<u8>(), 0..=8), 0..8_usize)
            .prop_map(|(id, data, longer)| element(id, &data, longer)),
        (vec(any::<u8>(), 0..300), 0..8_usize).prop_map(|(data, longer)| element(b"\xEC", &data, longer)),
        (any::<[u8; 4]>(), 0..8_usize).prop_map(|(data, longer)| element(b"\xBF", &data, longer)),
    ]
}

/// The header of an EBML document of this type, and the beginning of what follows.
fn document(doc_type: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let padding =
        prop_oneof![Just(Vec::new()), Just(vec![0]), vec(Just(0), 1..20), "\0[a-z\0]{0,9}".prop_map(Vec::from)];
    let parts = (vec(other_element(), 0..8), vec(other_element(), 0..8), padding, 0..8_usize, 0..8_usize);
    (parts, any::<bool>(), vec(any::<u8>(), 0..100)).prop_map(
        move |((before, after, padding, longer, header), is_endless, rest)| {
            let doc_type = element(b"\x42\x82", &[doc_type.as_bytes(), &padding].concat(), longer);
            let content = [before.concat(), doc_type, after.concat()].concat();
            let id = b"\x1A\x45\xDF\xA3";
            let unknown =
                [&id[..], &number((1 << (7 * (header + 1).min(8))) - 1, (header + 1).min(8)), &content].concat();
            [if is_endless { unknown } else { element(id, &content, header) }, rest].concat()
        },
    )
}

/// A box that may precede the type: free space of three names, a preview, data of a maker.
fn padding() -> impl Strategy<Value = Vec<u8>> {
    let kinds = select(vec![*b"free", *b"skip", *b"wide", *b"pnot", *b"PICT", *b"uuid"]);
    (kinds, vec(any::<u8>(), 0..300), any::<bool>())
        .prop_map(|(kind, content, long)| if long { long_box(kind, &content) } else { iso_box(kind, &content) })
}

fn brand() -> impl Strategy<Value = ([u8; 4], MediaType)> {
    let mp4 = b"isomiso2iso3iso4iso5iso6iso7iso8iso9mp41mp42avc1av01M4V M4VHM4VPMSNVdashcmfc".as_chunks().0;
    let phone = b"3gp43gp53gp63gp73gp83gp93gg63gr63gs63g2a3g2b3g2c".as_chunks().0;
    prop_oneof![
        select(mp4).prop_map(|brand| (brand, Mp4)),
        select(phone).prop_map(|brand| (brand, ThreeGpp)),
        Just((*b"qt  ", Quicktime)),
    ]
}

/// A brand that no standard knows.
fn unknown() -> impl Strategy<Value = [u8; 4]> {
    select(b"XAVCCAEPpanantnyMiHBmebx\0\0\0\0".as_chunks().0)
}

/// A file with a type box, and its types.
fn typed() -> impl Strategy<Value = (Vec<u8>, Vec<MediaType>)> {
    let names = (vec(unknown(), 0..3), vec(brand(), 1..6), vec(unknown(), 0..3));
    (vec(padding(), 0..4), names, any::<bool>(), vec(any::<u8>(), 0..100)).prop_map(
        |(padding, (before, known, after), long, rest)| {
            let names: Vec<_> = before.into_iter().chain(known.iter().map(|known| known.0)).chain(after).collect();
            let content = brands(&names);
            let file_type = if long { long_box(*b"ftyp", &content) } else { iso_box(*b"ftyp", &content) };
            ([padding.concat(), file_type, rest].concat(), known.into_iter().map(|known| known.1).collect())
        },
    )
}

/// A file without a type box.
fn untyped() -> impl Strategy<Value = Vec<u8>> {
    let movie = prop_oneof![
        vec(any::<u8>(), 0..100).prop_map(|content| iso_box(*b"moov", &content)),
        vec(any::<u8>(), 0..100).prop_map(|content| iso_box(*b"mdat", &content)),
        vec(any::<u8>(), 0..100).prop_map(|content| long_box(*b"mdat", &content)),
        // To the end of the file, and one whose end is not read.
        vec(any::<u8>(), 0..100).prop_map(|content| [&b"\0\0\0\0mdat"[..], &content].concat()),
        vec(any::<u8>(), 0..100).prop_map(|content| [&b"\x06\0\0\0mdat"[..], &content].concat()),
    ];
    (vec(padding(), 0..4), movie).prop_map(|(padding, movie)| [padding.concat(), movie].concat())
}

fn media_type() -> impl Strategy<Value = MediaType> {
    select(MediaType::ALL)
}

/// No file remembers a failure.
fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_webm_is_one_however_its_header_is_written(first_bytes in document("webm"), announced in media_type()) {
        prop_assert_eq!(video(announced, &first_bytes), Ok(Webm));
    }

    #[test]
    fn a_document_of_another_type_is_no_video(
        first_bytes in select(vec!["matroska", "", "webm2", "WEBM", "web"]).prop_flat_map(document),
        announced in media_type(),
    ) {
        prop_assert_eq!(video(announced, &first_bytes), Err(Refusal::NoVideo));
    }

    #[test]
    fn a_file_with_brands_is_the_announced_of_its_types_or_the_first((first_bytes, types) in typed(), announced in media_type()) {
        let found = if types.contains(&announced) { announced } else { types[0] };
        prop_assert_eq!(video(announced, &first_bytes), Ok(found));
    }

    #[test]
    fn a_file_without_brands_is_of_quicktime_or_the_first_mp4(first_bytes in untyped(), announced in media_type()) {
        let found = if announced == Mp4 { Mp4 } else { Quicktime };
        prop_assert_eq!(video(announced, &first_bytes), Ok(found));
    }

    #[test]
    fn text_and_noise_are_no_videos(
        noise in vec(any::<u8>(), 0..200),
        text in "[\\t\\n -~]{0,200}(ftyp|moov|mdat|webm)?[\\t\\n -~]{0,200}",
        announced in media_type(),
    ) {
        prop_assert_eq!(video(announced, &noise), Err(Refusal::NoVideo));
        prop_assert_eq!(video(announced, text.as_bytes()), Err(Refusal::NoVideo));
    }

    /// Also of files that break off in their headers.
    #[test]
    fn nothing_makes_it_panic(
        first_bytes in prop_oneof![document("webm"), typed().prop_map(|(bytes, _)| bytes), untyped()],
        end in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        announced in media_type(),
    ) {
        let mut damaged = first_bytes[..end.index(first_bytes.len() + 1)].to_vec();
        if !damaged.is_empty() {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        let _ = video(announced, &damaged);
    }
}
