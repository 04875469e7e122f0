//! Usernames: their characters, and the form in which they are compared.

use caseless::Caseless;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest name, in characters: Django's limit, which the API keeps.
const MAX_USERNAME_CHARS: usize = 150;

/// A name as its owner typed it: letters of any script, digits, `@ . + - _`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Username(String);

impl Username {
    /// Checks length and characters in the form that is compared, because one sign may stand for a whole phrase, and a
    /// letter may consist of two parts.
    pub fn parse(username: String) -> Result<Self, &'static str> {
        let compared: Vec<char> = username.nfkc().collect();
        if !(1..=MAX_USERNAME_CHARS).contains(&compared.len()) {
            return Err("must have 1 to 150 characters");
        }
        if compared.iter().any(|&c| !c.is_alphanumeric() && !"@.+-_".contains(c)) {
            return Err("may have letters, digits and @ . + - _ only");
        }
        Ok(Self(username))
    }

    /// The form in which names are compared: NFKC and case-folded (Unicode, section 3.13), so that `Ann`, `ann` and
    /// `ａｎｎ` are one name.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// Whether `text` is this name, in any case and form.
    pub(crate) fn is_written(&self, text: &str) -> bool {
        fold(text) == self.folded()
    }

    /// The name as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fold(name: &str) -> String {
    name.nfkc().default_case_fold().nfkc().collect()
}

impl TryFrom<String> for Username {
    type Error = &'static str;

    fn try_from(username: String) -> Result<Self, Self::Error> {
        Self::parse(username)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Result<Username, &'static str> {
        Username::parse(name.to_owned())
    }

    #[test]
    fn a_username_has_letters_digits_and_five_signs() {
        for good in ["ann", "Ann.B+c-d_e@f", "Žofie", "李雷", "x", "Jose\u{301}", &"y".repeat(150)] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "<b>", "a\u{0}", "ann!", "\u{fdfa}", &"y".repeat(151), &"ﬁ".repeat(76)] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for (one, other) in [("Ann", "ann"), ("ａｎｎ", "ann"), ("STRASSE", "straße"), ("ﬁn", "FIN"), ("e\u{301}", "É")]
        {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }
}
