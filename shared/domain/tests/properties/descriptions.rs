//! `openapi.yaml` has the rules of the types, as far as a schema can express them.

use std::sync::LazyLock;

use domain::{ClientId, Description, Password, RoomName, SoughtUsername, Text, Username};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::config;

/// Schemas of a value, at these places below `components/schemas`.
struct Schemas(Vec<Validator>);

impl Schemas {
    fn at(places: &[&str]) -> Self {
        let openapi: Value = serde_saphyr::from_str(include_str!("../../../../infra/openapi.yaml")).unwrap();
        let schema = |place: &&str| {
            let schema = openapi.pointer(&format!("/components/schemas/{place}"));
            jsonschema::validator_for(schema.unwrap_or_else(|| panic!("{place} is not there"))).unwrap()
        };
        Self(places.iter().map(schema).collect())
    }

    /// Whether the value is valid, which all schemas must agree about.
    fn allow(&self, value: &str) -> bool {
        let allowed: Vec<bool> = self.0.iter().map(|schema| schema.is_valid(&json!(value))).collect();
        assert!(allowed.windows(2).all(|pair| pair[0] == pair[1]), "{value:?}");
        allowed[0]
    }
}

macro_rules! schemas {
    ($($name:ident: $($place:literal),+;)*) => {
        $(static $name: LazyLock<Schemas> = LazyLock::new(|| Schemas::at(&[$($place),+]));)*
    };
}

schemas! {
    REGISTERED: "Registration/properties/username";
    SHOWN: "Username";
    PASSWORD: "NewPassword";
    ROOM_NAME: "RoomCreation/properties/name", "RoomSettings/properties/name";
    DESCRIPTION: "RoomCreation/properties/description", "RoomSettings/properties/description";
    TEXT: "OptionalText";
    CLIENT_ID: "ClientId";
}

/// Texts about as long as the limit, of letters that are longer or shorter in other forms, of blanks and controls.
fn text(limit: usize) -> impl Strategy<Value = String> {
    const PIECES: [&str; 24] = [
        "a",
        "é",
        "e\u{301}",
        "\u{1d160}",
        "\u{fb2c}",
        "ΐ",
        "각",
        "\u{1100}\u{1161}\u{11a8}",
        "ｶﾞ",
        "ำ",
        "և",
        "😀",
        " ",
        "\u{a0}",
        "\t",
        "\n",
        "\0",
        "\u{1b}",
        "\u{85}",
        "\u{200b}",
        "\u{202e}",
        "\u{2069}",
        "\u{3164}",
        "\u{200f}",
    ];
    let pieces = prop_oneof![
        prop::collection::vec(prop::sample::select(&PIECES[..12]), 1..8),
        prop::collection::vec(prop::sample::select(&PIECES[..]), 0..6),
    ];
    let around = limit.saturating_sub(3)..limit + 3;
    (pieces, prop_oneof![3 => 1..4_usize, 2 => around.clone(), 1 => around.start / 4..around.end])
        .prop_map(|(pieces, length)| pieces.iter().cycle().take(length).copied().collect())
}

/// Asserts that a value is refused if its schema refuses it, or for a rule that the schema cannot express.
fn agree(schemas: &Schemas, value: &str, refused: Option<&'static str>) -> Result<(), TestCaseError> {
    match refused {
        None => prop_assert!(schemas.allow(value), "accepted: {:?}", value),
        Some("must have a visible character") => {}
        Some(why) => prop_assert!(!schemas.allow(value), "{}: {:?}", why, value),
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_accepted_name_is_as_described_as_it_is_typed_and_as_it_is_shown(name in text(150)) {
        for typed in [name.clone(), format!(" {name}\u{3000}")] {
            if let Ok(username) = Username::parse(&typed) {
                prop_assert!(REGISTERED.allow(&typed) && SHOWN.allow(username.as_str()), "{:?}", typed);
                let sought = SoughtUsername::parse(&typed).map(|sought| sought.folded().to_owned());
                prop_assert_eq!(sought, Some(username.folded()));
            }
            let composed: String = typed.trim().nfc().collect();
            if SHOWN.allow(&composed) {
                prop_assert_ne!(Username::parse(&typed).err(), Some("must have 1 to 150 characters"), "{:?}", typed);
            }
        }
    }

    #[test]
    fn an_accepted_password_is_as_described_in_each_form(password in text(128)) {
        for typed in [password.clone(), password.nfc().collect(), password.nfd().collect()] {
            if Password::parse(&typed).is_ok() {
                prop_assert!(PASSWORD.allow(&typed), "{:?}", typed);
            }
            if !PASSWORD.allow(&typed) {
                prop_assert_eq!(Password::parse(&typed).err(), Some("must have 8 to 128 characters"));
            }
        }
    }

    #[test]
    fn names_of_rooms_and_descriptions_are_as_described(name in text(255), description in text(1000)) {
        agree(&ROOM_NAME, &name, RoomName::try_from(name.clone()).err())?;
        agree(&DESCRIPTION, &description, Description::try_from(description.clone()).err())?;
    }

    #[test]
    fn texts_and_ids_of_messages_are_as_described(text in text(4096), id in text(64)) {
        // An empty text is none.
        if !text.is_empty() {
            agree(&TEXT, &text, Text::try_from(text.clone()).err())?;
        }
        agree(&CLIENT_ID, &id, ClientId::try_from(id.clone()).err())?;
    }
}
