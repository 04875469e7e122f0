//! Types of texts, which differ in their lengths and characters.

/// The characters that a text may have.
pub(crate) struct Characters {
    pub(crate) may_have: fn(char) -> bool,
    /// Continues the name of a field.
    pub(crate) why: &'static str,
}

/// Any character.
pub(crate) const ANY: Characters = Characters { may_have: |_| true, why: "" };

/// Characters of a text of several lines. A control character takes six bytes in JSON, so texts of them would make
/// lists larger than a function may answer, and nobody could see them.
pub(crate) const LINES: Characters = Characters {
    may_have: |c| matches!(c, '\t' | '\n') || !c.is_ascii_control(),
    why: "must have no control characters except tabs and line feeds",
};

/// Characters of a name.
pub(crate) const ONE_LINE: Characters =
    Characters { may_have: |c| !c.is_control(), why: "must have no control characters" };

/// Declares a type for a text. Its documentation, its check and its error message have the same limit.
///
/// ```text
/// text! {
///     /// The text of a message.
///     Text, 1..=4096, LINES
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
        assert_eq!(is("\u{85}"), [true, false]);
        for other in ["👩\u{200d}🚀", "\u{200f}שלום", "\u{202e}turned", "\u{2028}", " "] {
            assert_eq!(is(other), [true, true], "{other:?}");
        }
    }

    #[test]
    fn a_stored_text_is_taken_as_it_is() {
        assert_eq!(Text::stored("\u{1}".repeat(5000)).as_str().len(), 5000);
    }
}
