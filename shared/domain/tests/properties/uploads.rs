use std::sync::LazyLock;

use domain::{Attachment, AttachmentId, FileName, MediaType};
use jsonschema::Validator;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::config;

/// The schema of a file name. JSON Schema counts characters, so its description has the limit in bytes.
static DESCRIBED: LazyLock<Validator> = LazyLock::new(|| {
    let openapi: Value = serde_saphyr::from_str(include_str!("../../../../infra/openapi.yaml")).unwrap();
    jsonschema::validator_for(&openapi["components"]["schemas"]["FileName"]).unwrap()
});

/// Names of few or many pieces: letters of one to four bytes, marks of direction, and all that the rule forbids.
fn name() -> impl Strategy<Value = String> {
    const PIECES: [&str; 26] = [
        "a",
        "é",
        "写",
        "🐈",
        "👨\u{200d}👩\u{200d}👧",
        "e\u{301}",
        "\u{200e}",
        "\u{200f}",
        "\u{61c}",
        ".",
        "..",
        " ",
        ".jpg",
        ".webp",
        "\u{2028}",
        "/",
        "\\",
        "\0",
        "\n",
        "\u{7f}",
        "\u{85}",
        "\u{9f}",
        "\u{202a}",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
    ];
    let fit = vec(select(&PIECES[..15]), 0..4);
    let any = vec(select(&PIECES[..]), 0..4);
    let pieces = (prop_oneof![3 => fit, 1 => any], prop_oneof![1..4_usize, 60..260_usize]);
    prop_oneof![
        4 => pieces.prop_map(|(pieces, times)| {
            pieces.iter().cycle().take(if pieces.is_empty() { 0 } else { times }).copied().collect()
        }),
        1 => "(?s).{0,260}",
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_file_name_is_accepted_as_described(name in name()) {
        let is_described = DESCRIBED.is_valid(&json!(name)) && name.len() <= 255;
        prop_assert_eq!(FileName::try_from(name).is_ok(), is_described);
    }

    #[test]
    fn a_file_is_saved_under_a_valid_name_with_an_ending_of_its_type(
        name in name(),
        announced in select(MediaType::ALL),
        found in select(MediaType::ALL),
    ) {
        let Ok(name) = FileName::try_from(name) else { return Ok(()) };
        let attachment = Attachment { id: AttachmentId::new([7; 16]), content_type: announced, size: 1, name };
        let checked = attachment.clone().checked(found, 1);
        let saved = checked.saved_as();
        prop_assert!(FileName::try_from(saved.as_str().to_owned()).is_ok());
        prop_assert!(found.extensions().iter().any(|ending| saved.as_str().to_lowercase().ends_with(ending)));
        prop_assert_eq!(&checked.name, if announced == found { &attachment.name } else { &saved });
        prop_assert_eq!(checked.clone().checked(found, 1), checked);
    }

    #[test]
    fn a_media_type_is_read_in_any_case_with_any_parameters(
        media_type in select(MediaType::ALL),
        upper in vec(any::<bool>(), 20),
        space in "[ \\t]{0,2}",
        parameters in "(;[^;]{0,9}){0,3}",
    ) {
        let letters = media_type.as_str().chars().zip(upper);
        let name: String = letters.map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c }).collect();
        let read = |text: String| MediaType::try_from(text).ok();
        prop_assert_eq!(read(format!("{space}{name}{space}{parameters}")), Some(media_type));
        for other in [format!("x{name}{parameters}"), format!("{name}x{parameters}")] {
            prop_assert_eq!(read(other), None);
        }
    }
}
