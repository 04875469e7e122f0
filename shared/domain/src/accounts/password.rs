//! Passwords: their lengths, the ones that are too common, and the forms in which they are hashed.

use std::fmt;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::{Username, accounts::username::fold, precis, text::is_visible};

/// The shortest password, in characters. There are no rules of composition (NIST SP 800-63B, section 3.1.1.2).
const MIN_CHARS: usize = 8;
/// The longest password, in characters. It bounds the time of hashing.
const MAX_CHARS: usize = 128;

/// Django's list of the 20,000 most common passwords (`django/contrib/auth/common-passwords.txt.gz` of 5.2), sorted
/// bytewise. It contains passwords shorter than [`MIN_CHARS`], because blanks around a common password do not make it
/// uncommon.
const COMMON: &str = include_str!("common_passwords.txt");

/// A password that is good enough for a registration, in the form in which it is hashed (RFC 8265, section 4.2,
/// `OpaqueString`), so that it is the same from every keyboard. `Debug` does not show it.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

impl Password {
    /// Checks the characters, the length and the list of common passwords. [`Password::is_not`] compares it with the
    /// username, once that is known.
    pub fn parse(password: &str) -> Result<Self, &'static str> {
        if !(MIN_CHARS..=MAX_CHARS).contains(&password.nfc().take(MAX_CHARS + 1).count()) {
            return Err("must have 8 to 128 characters");
        }
        let opaque = precis::opaque(password, MAX_CHARS);
        let opaque = opaque.ok_or("must have no control characters and no invisible characters")?;
        let compared = fold(opaque.trim());
        if !is_visible(&opaque) {
            return Err("must have a visible character");
        }
        if COMMON.lines().any(|common| common == compared) {
            return Err("is too common");
        }
        Ok(Self(opaque))
    }

    /// Fails if the password is the username.
    pub fn is_not(&self, username: &Username) -> Result<(), &'static str> {
        if username.is_written(&self.0) { Err("must not be the username") } else { Ok(()) }
    }

    /// The password itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The forms in which a password may have been hashed that somebody claims to have: its own, and if that differs
    /// the received one, because older hashes are of passwords as received.
    #[must_use]
    pub fn forms(received: String) -> Vec<String> {
        let opaque = precis::opaque(&received, MAX_CHARS).filter(|opaque| *opaque != received);
        opaque.into_iter().chain([received]).collect()
    }
}

impl TryFrom<String> for Password {
    type Error = &'static str;

    fn try_from(password: String) -> Result<Self, Self::Error> {
        Self::parse(&password)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!(Password::parse("q7w2x9z").is_err());
        assert!(Password::parse("q7w2x9zk").is_ok());
        assert!(Password::parse("ünïcödé!").is_ok());
        assert!(Password::parse(&"x".repeat(128)).is_ok());
        assert!(Password::parse(&"x".repeat(129)).is_err());
    }

    #[test]
    fn the_most_common_ones_are_refused_in_any_case_and_form() {
        for common in
            ["password", "PassWord", "12345678", "iloveyou", " password", " dragon ", "qwerty  ", "ｐａｓｓｗｏｒｄ"]
        {
            assert_eq!(Password::parse(common).unwrap_err(), "is too common", "{common}");
        }
        for unseen in [" ", "\u{a0}", "\u{3000}", "\u{2800}"] {
            assert_eq!(Password::parse(&unseen.repeat(8)).unwrap_err(), "must have a visible character");
        }
        assert!(COMMON.lines().all(|common| fold(common) == common));
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        let forms = |received: &str| Password::forms(received.to_owned());
        for (one, other) in [("Käsekuchen99", "Ka\u{308}sekuchen99"), ("one two three", "one\u{a0}two\u{2003}three")] {
            assert_eq!(Password::parse(one).unwrap().expose(), Password::parse(other).unwrap().expose());
            assert_eq!(forms(other), [one, other]);
            assert_eq!(forms(one), [one]);
        }
        // Neither case nor width nor an accent is taken away.
        for kept in ["Käsekuchen99", "ｐａｓｓ-ｗｏｒｄｓ", "correct 🐴 battery", " blanks around "] {
            assert_eq!(Password::parse(kept).unwrap().expose(), kept);
        }
    }

    #[test]
    fn an_invisible_character_is_refused_and_an_old_hash_of_it_is_found() {
        for odd in ["pass\u{200b}word", "with\0zero", "two\nlines", "\u{115f}\u{115f}filler", "un\u{378}assigned"] {
            assert!(Password::parse(odd).is_err(), "{odd:?}");
            assert_eq!(Password::forms(odd.to_owned()), [odd]);
        }
    }

    #[test]
    fn a_password_is_not_shown_in_a_log() {
        assert_eq!(format!("{:?}", Password::parse("correct horse").unwrap()), "Password(…)");
    }
}
