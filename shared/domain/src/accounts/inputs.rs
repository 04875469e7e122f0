use crate::{DeviceName, Fields, Input, Password, Username};

/// The body of `POST /auth/register/`.
#[derive(Debug)]
pub struct Registration {
    /// The wanted name.
    pub username: Username,
    /// The wanted password.
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

/// A name and a password. The rules of a registration do not apply: a name or a password that breaks them is simply
/// wrong.
pub struct Credentials {
    /// The name as received.
    pub username: String,
    /// The password as received.
    pub password: String,
}

/// The body of `POST /auth/login/`.
pub struct LoginAttempt {
    /// The name and the password.
    pub credentials: Credentials,
    /// The token that the device got with its last login, as received.
    pub device_token: Option<String>,
    /// The name of the device in the list of sessions.
    pub device: Option<DeviceName>,
}

impl Input for LoginAttempt {
    fn read(fields: &mut Fields) -> Option<Self> {
        let username = fields.required("username");
        let password = fields.required("password");
        let device_token = fields.optional("device_token");
        let device = fields.optional("device");
        Some(Self { credentials: Credentials { username: username?, password: password? }, device_token, device })
    }
}

/// The body of `POST /auth/change-password/`. The rules of a registration do not apply to the current password: one
/// that breaks them is simply wrong.
pub struct PasswordChange {
    /// The current password, as the caller claims.
    pub current: String,
    /// The wanted password.
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
