//! Types of texts, which differ in their lengths and characters.

use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};

use crate::attachments::turns_around;

/// The characters that a text may have.
pub(crate) struct Characters {
    pub(crate) may_have: fn(char) -> bool,
    /// Continues the name of a field.
    pub(crate) why: &'static str,
    /// Whether one of them must be visible.
    pub(crate) visible: bool,
}

/// Any character.
pub(crate) const ANY: Characters = Characters { may_have: |_| true, why: "", visible: false };

/// Characters of a text of several lines. A control character takes six bytes in JSON, so texts of them would make
/// lists larger than a function may answer, and nobody could see them.
pub(crate) const LINES: Characters = Characters {
    may_have: |c| matches!(c, '\t' | '\n') || !c.is_ascii_control(),
    why: "must have no control characters except tabs and line feeds",
    visible: false,
};

/// The same for a text that must not look like none.
pub(crate) const VISIBLE_LINES: Characters = Characters { visible: true, ..LINES };

/// Characters of a name.
pub(crate) const VISIBLE_LINE: Characters = Characters {
    may_have: |c| !c.is_control() && !turns_around(c),
    why: "must have no control characters, and none that turn text around (embeddings, overrides and isolates)",
    visible: true,
};

/// Whether a text has a visible character. Blanks, default-ignorable characters (as the fillers of Hangul), the blank
/// of Braille, and the signs that annotate text or music without a form are invisible. Characters that only later
/// versions of Unicode know are visible.
pub(crate) fn is_visible(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    text.contains(|c: char| {
        let is_formless = matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}' | '\u{16fe4}' | '\u{1d159}');
        !(c.is_whitespace() || c.is_control() || ignorable.contains(c) || is_formless)
    })
}

/// Declares a type for a text. Its documentation, its check and its error message have the same limit.
///
/// ```text
/// text! {
///     /// The text of a message.
///     Text, 1..=4096, VISIBLE_LINES
/// }
/// ```
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, 1..=$most:literal, $characters:ident) => {
        text! { $(#[$doc])* $name, 1..=$most, concat!("1 to ", $most, " characters"), $characters }
    };
    ($(#[$doc:meta])* $name:ident, ..=$most:literal, $characters:ident) => {
        text! { $(#[$doc])* $name, 0..=$most, concat!("at most ", $most, " characters"), $characters }
    };
    ($(#[$doc:meta])* $name:ident, $lengths:expr, $limit:expr, $characters:ident) => {
        $(#[$doc])*
        #[doc = ""]
        #[doc = concat!("It has ", $limit, ".")]
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text as received.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let characters = $crate::text::$characters;
                if !($lengths).contains(&text.chars().count()) {
                    Err(concat!("must have ", $limit))
                } else if !text.chars().all(characters.may_have) {
                    Err(characters.why)
                } else if characters.visible && !$crate::text::is_visible(&text) {
                    Err("must have a visible character")
                } else {
                    Ok(Self(text))
                }
            }
        }

        impl $crate::Stored for $name {
            type Raw = String;

            fn stored(text: String) -> Self {
                Self(text)
            }
        }
    };
}

pub(crate) use text;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::is_visible;
    use crate::{ClientId, Description, RoomName, Stored, Text};

    #[test]
    fn a_text_is_counted_in_characters() {
        let text = |n| Text::try_from("😀".repeat(n)).is_ok();
        assert_eq!([0, 1, 4096, 4097].map(text), [false, true, true, false]);
        let client_id = |n| ClientId::try_from("ü".repeat(n)).is_ok();
        assert_eq!([0, 1, 64, 65].map(client_id), [false, true, true, false]);
        let description = |n| Description::try_from("ü".repeat(n)).is_ok();
        assert_eq!([0, 1000, 1001].map(description), [true, true, false]);
    }

    #[test]
    fn a_text_of_another_length_is_refused_with_the_limit() {
        assert_eq!(Text::try_from(String::new()), Err("must have 1 to 4096 characters"));
        assert_eq!(Description::try_from("x".repeat(1001)), Err("must have at most 1000 characters"));
    }

    #[test]
    fn a_text_has_lines_and_a_name_has_one() {
        let is = |text: &str| [Text::try_from(text.to_owned()).is_ok(), RoomName::try_from(text.to_owned()).is_ok()];
        for lines in ["two\nlines", "\ttab"] {
            assert_eq!(is(lines), [true, false], "{lines:?}");
            assert!(Description::try_from(lines.to_owned()).is_ok(), "{lines:?}");
        }
        for control in ["\0", "a\u{1}", "\r\n", "\u{1b}[2J", "\u{7f}"] {
            assert_eq!(is(control), [false, false], "{control:?}");
        }
        for (line, [text, name]) in [("a\u{85}", [true, false]), ("\u{202e}turned", [true, false])] {
            assert_eq!(is(line), [text, name], "{line:?}");
        }
        for other in ["👩\u{200d}🚀", "\u{200f}שלום", "a\u{2028}"] {
            assert_eq!(is(other), [true, true], "{other:?}");
        }
    }

    #[test]
    fn a_text_or_name_that_looks_like_none_is_refused() {
        for unseen in
            [" ", "\u{3000}", "\u{2028}", "\u{ad}", "\u{200b}\u{feff}", "\u{200e}", "\u{3164}", "\u{2800}", "\u{e0041}"]
        {
            assert_eq!(Text::try_from(unseen.to_owned()), Err("must have a visible character"), "{unseen:?}");
            assert_eq!(RoomName::try_from(unseen.to_owned()), Err("must have a visible character"), "{unseen:?}");
            assert!(Text::try_from(format!("{unseen}.{unseen}")).is_ok(), "{unseen:?}");
            assert!(Description::try_from(unseen.to_owned()).is_ok(), "a description may be empty, too");
        }
        // A letter of an application, and one that Unicode may get.
        for seen in ["❤\u{fe0f}", "\u{301}", "\u{f8ff}", "\u{3fffd}", "\u{fffc}"] {
            assert!(is_visible(seen), "{seen:?}");
        }
    }

    /// The test of the web client reads the same file.
    #[test]
    fn the_invisible_characters_are_those_of_the_web_client() {
        let ranges: Vec<&str> = serde_json::from_str(include_str!("../tests/invisible.json")).unwrap();
        let code = |hex| u32::from_str_radix(hex, 16).unwrap();
        let mut invisible: BTreeSet<u32> = BTreeSet::new();
        for range in ranges {
            let (first, last) = range.split_once("..").unwrap();
            invisible.extend(code(first)..=code(last));
        }
        for c in '\0'..=char::MAX {
            assert_eq!(!is_visible(&c.to_string()), invisible.contains(&u32::from(c)), "{c:?}");
        }
    }

    #[test]
    fn a_stored_text_is_taken_as_it_is() {
        assert_eq!(Text::stored("\u{1}".repeat(5000)).as_str().len(), 5000);
    }
}
