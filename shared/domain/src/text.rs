//! Types of texts that differ in their lengths only.

/// Declares a type for a text. Its documentation, its check and its error message have the same limit.
///
/// ```text
/// text! {
///     /// The text of a message.
///     Text, 1..=4096
/// }
/// ```
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, 1..=$most:literal) => {
        text! { $(#[$doc])* $name, 1..=$most, concat!("1 to ", $most, " characters") }
    };
    ($(#[$doc:meta])* $name:ident, ..=$most:literal) => {
        text! { $(#[$doc])* $name, 0..=$most, concat!("at most ", $most, " characters") }
    };
    ($(#[$doc:meta])* $name:ident, $lengths:expr, $limit:expr) => {
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
                if ($lengths).contains(&text.chars().count()) {
                    Ok(Self(text))
                } else {
                    Err(concat!("must have ", $limit))
                }
            }
        }
    };
}

pub(crate) use text;

#[cfg(test)]
mod tests {
    use crate::{ClientId, Description, Text};

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
}
