//! The response to a login and to a refresh.

use domain::{Error, RefreshToken, User};
use lambda::{
    Signer, SigningKey,
    http::{Response, ok},
};
use serde::Serialize;

#[derive(Serialize)]
struct LoggedIn<'a> {
    message: &'static str,
    access_token: String,
    token_type: &'static str,
    /// The lifetime of the access token in seconds.
    expires_in: u64,
    refresh_token: &'a RefreshToken,
    device_token: String,
    user: &'a User,
}

/// The tokens of a login or a refresh, signed with a key.
///
/// # Errors
/// `Internal`.
pub(crate) fn logged_in(signer: &Signer, key: &SigningKey, login: &chat::accounts::Login) -> Result<Response, Error> {
    ok(&LoggedIn {
        message: "Login successful",
        access_token: signer.sign(key, login)?,
        token_type: "Bearer",
        expires_in: chat::accounts::ACCESS_LIFETIME.as_secs(),
        refresh_token: &login.refresh_token,
        device_token: key.device_token(login)?,
        user: &login.user,
    })
}
