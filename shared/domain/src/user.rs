use caseless::Caseless;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{Fields, Input, Password, UserId};

/// Django's limit, which the API keeps.
const MAX_USERNAME_CHARS: usize = 150;

/// A name as its owner typed it: letters of any script, digits, `@ . + - _`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Username(String);

impl Username {
    /// Checks length and characters, in the form that is compared: one sign may stand for a whole phrase, and a letter
    /// may come in two parts.
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
    /// `ａｎｎ` are one.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// Whether this is the name, in whatever case and form.
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

/// Somebody who can log in, as others see them.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub username: Username,
}

/// The body of `POST /auth/register/`.
#[derive(Debug)]
pub struct Registration {
    /// The name wanted.
    pub username: Username,
    /// The password wanted.
    pub password: Password,
}

impl Input for Registration {
    fn read(fields: &mut Fields) -> Option<Self> {
        let username: Option<Username> = fields.required("username");
        let password: Option<Password> = fields.required("password");
        let (username, password) = (username?, password?);
        if let Err(why) = password.is_not(&username) {
            fields.reject("password", why);
        }
        Some(Self { username, password })
    }
}

/// The body of `POST /auth/login/`. Neither part has to be one that could be registered: both are then simply wrong.
pub struct LoginAttempt {
    /// The name given.
    pub username: String,
    /// The password given.
    pub password: String,
}

impl Input for LoginAttempt {
    fn read(fields: &mut Fields) -> Option<Self> {
        let username = fields.required("username");
        let password = fields.required("password");
        Some(Self { username: username?, password: password? })
    }
}

/// The body of `POST /auth/change-password/`. The current password need not be one that could be registered: it is wrong then.
pub struct PasswordChange {
    /// The password that it has been, as they say.
    pub current: String,
    /// The password wanted.
    pub new: Password,
}

impl Input for PasswordChange {
    fn read(fields: &mut Fields) -> Option<Self> {
        let current = fields.required("current_password");
        let new = fields.required("new_password");
        Some(Self { current: current?, new: new? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

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

    #[test]
    fn a_password_must_not_be_the_username() {
        let body = br#"{"username":"AnnTheGreat","password":"annthegreat"}"#;
        let refused = Fields::parse(body).unwrap().into::<Registration>();
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.contains_key("password")));
    }
}
