//! Usernames: their characters, and the form in which they are compared.

use caseless::Caseless;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{Stored, precis};

/// The longest name, in characters as it is shown: Django's limit, which the API keeps.
const MAX_USERNAME_CHARS: usize = 150;
/// The longest name in NFKC, in which a letter that a name may have, such as `ำ`, has at most two characters.
const MAX_FOLDED_CHARS: usize = 2 * MAX_USERNAME_CHARS;

/// A name as it is shown: letters, digits, marks and joiners of one script, and `@ . + - _`, in NFC.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Username(String);

impl Username {
    /// Removes blanks around a new name, which keyboards add, and checks the rest by the rules of PRECIS (RFC 8265,
    /// section 3.3).
    pub fn parse(username: &str) -> Result<Self, &'static str> {
        let username = username.trim();
        // One more shows that the name is too long.
        let shown: Vec<char> = precis::shown(username).take(MAX_USERNAME_CHARS + 1).collect();
        if !(1..=MAX_USERNAME_CHARS).contains(&shown.len()) {
            return Err("must have 1 to 150 characters");
        }
        precis::username(&shown)?;
        Ok(Self(shown.into_iter().collect()))
    }

    /// The form in which names are compared.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// Whether `text` is this name, in any case and form.
    pub(crate) fn is_written(&self, text: &str) -> bool {
        fold(text.trim()) == self.folded()
    }

    /// The name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Folds a text to the form in which names and common passwords are compared: NFKC and case-folded (Unicode, section
/// 3.13), so that `Ann`, `ann` and `ａｎｎ` are one name. Without joiners, so that Persian names are found without them.
///
/// This makes more names equal than `UsernameCaseMapped`, which maps cases by letters: `STRASSE` and `straße`.
pub(crate) fn fold(text: &str) -> String {
    text.nfkc().default_case_fold().nfkc().filter(|c| !precis::is_joiner(*c)).collect()
}

impl TryFrom<String> for Username {
    type Error = &'static str;

    fn try_from(username: String) -> Result<Self, Self::Error> {
        Self::parse(&username)
    }
}

impl Stored for Username {
    type Raw = String;

    fn stored(username: String) -> Self {
        Self(username)
    }
}

/// A name that somebody looks for or logs in with. It need not keep the rules of a new name, so that users are found
/// whose names are older than the rules.
#[derive(Clone, Debug)]
pub struct SoughtUsername(String);

impl SoughtUsername {
    /// Removes blanks around a name. Returns `None` if nobody can have the name.
    #[must_use]
    pub fn parse(username: &str) -> Option<Self> {
        let username = username.trim();
        if username.nfkc().nth(MAX_FOLDED_CHARS).is_some() {
            return None;
        }
        let folded = fold(username);
        let can_be = !folded.is_empty() && !folded.contains(|c: char| c.is_whitespace() || c.is_control());
        can_be.then_some(Self(folded))
    }

    /// The form in which names are compared.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_has_letters_digits_and_five_signs() {
        for good in ["ann", "Ann.B+c-d_e@f", "Žofie", "李雷", "x", "Jose\u{301}", "...", &"y".repeat(150)] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a/b", "<b>", "a\u{0}", "ann!", "\u{fdfa}", "ﬁn", "①", &"y".repeat(151)] {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_shown_without_blanks_around_it_in_nfc_and_in_usual_width() {
        let (long, thai) = ("e\u{301}".repeat(150), "นำ".repeat(75));
        for (typed, shown) in [
            (" ann\n", "ann"),
            ("\u{a0}Ann\u{3000}", "Ann"),
            ("Jose\u{301}", "José"),
            ("ａｎｎ１", "ann1"),
            ("ｶﾞｸ", "ガク"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            (&long, &"é".repeat(150)),
            (&thai, &thai),
        ] {
            assert_eq!(Username::parse(typed).unwrap().as_str(), shown);
            assert_eq!(SoughtUsername::parse(typed).unwrap().folded(), fold(shown));
        }
        for long in ["e\u{301}".repeat(151), "นำ".repeat(76)] {
            assert_eq!(Username::parse(&long).err(), Some("must have 1 to 150 characters"));
        }
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for (one, other) in [
            ("Ann", "ann"),
            ("ａｎｎ", "ann"),
            ("STRASSE", "straße"),
            ("ﬁn", "FIN"),
            ("e\u{301}", "É"),
            ("علی\u{200c}رضا", "علیرضا"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn names_from_before_the_rules_are_found() {
        for old in ["\u{3164}", "ann\u{3164}", "bοb", "①", "ﬁn"] {
            assert!(Username::parse(old).is_err(), "{old}");
            let folded = Username::stored(old.to_owned()).folded();
            assert_eq!(SoughtUsername::parse(old).unwrap().folded(), folded, "{old}");
        }
        for nobodys in ["", " ", "a b", "a\0", "\u{200d}", "\u{b4}", &"ﬁ".repeat(151)] {
            assert!(SoughtUsername::parse(nobodys).is_none(), "{nobodys}");
        }
    }
}
