use std::fmt;

use serde::Deserialize;

use crate::Username;

/// The shortest password, in characters. There are no rules of composition (NIST SP 800-63B, section 3.1.1.2).
const MIN_CHARS: usize = 8;
/// The longest password, in characters. It bounds the time of hashing.
const MAX_CHARS: usize = 128;

/// Django's list of the 20,000 most common passwords (`django/contrib/auth/common-passwords.txt.gz` of 5.2), sorted
/// bytewise. It contains passwords shorter than [`MIN_CHARS`], because blanks around a common password do not make it
/// uncommon.
const COMMON: &str = include_str!("common_passwords.txt");

/// A password that is good enough for a registration. `Debug` does not show it.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

impl Password {
    /// Checks the length and the list of common passwords. [`Password::is_not`] compares it with the username, once
    /// that is known.
    pub fn parse(password: String) -> Result<Self, &'static str> {
        if !(MIN_CHARS..=MAX_CHARS).contains(&password.chars().count()) {
            return Err("must have 8 to 128 characters");
        }
        let compared = password.trim().to_lowercase();
        if COMMON.lines().any(|common| common == compared) {
            return Err("is too common");
        }
        Ok(Self(password))
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
}

impl TryFrom<String> for Password {
    type Error = &'static str;

    fn try_from(password: String) -> Result<Self, Self::Error> {
        Self::parse(password)
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

    fn parse(password: &str) -> Result<Password, &'static str> {
        Password::parse(password.to_owned())
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(parse("q7w2x9z").is_err());
        assert!(parse("q7w2x9zk").is_ok());
        assert!(parse("ünïcödé!").is_ok());
        assert!(parse(&"x".repeat(128)).is_ok());
        assert!(parse(&"x".repeat(129)).is_err());
    }

    #[test]
    fn the_most_common_ones_are_refused_in_any_case() {
        for common in ["password", "PassWord", "12345678", "iloveyou", " password", " dragon ", "qwerty  "] {
            assert_eq!(parse(common).unwrap_err(), "is too common", "{common}");
        }
    }

    #[test]
    fn a_password_is_not_shown_in_a_log() {
        assert_eq!(format!("{:?}", parse("correct horse").unwrap()), "Password(…)");
    }
}
