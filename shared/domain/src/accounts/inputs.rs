use crate::{Fields, Input, Password, Username};

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
    use crate::{Error, Refusal};

    #[test]
    fn a_password_must_not_be_the_username() {
        let body = br#"{"username":"AnnTheGreat","password":"annthegreat"}"#;
        let refused = Fields::parse(body).unwrap().into::<Registration>();
        assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid(errors))) if errors.contains_key("password")));
    }
}
