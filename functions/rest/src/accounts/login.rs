//! `POST /auth/login/`

use domain::{Error, LoginAttempt, User};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, network, ok},
    log,
};
use serde::Serialize;

pub(crate) async fn serve() -> Result<(), Fatal> {
    chat::accounts::prepare_login();
    http::serve(App::init(&[Part::Signer]).await?, handle).await
}

#[derive(Serialize)]
struct LoggedIn<'a> {
    message: &'static str,
    access_token: String,
    token_type: &'static str,
    /// The lifetime of the token in seconds.
    expires_in: u64,
    device_token: String,
    user: &'a User,
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let signer = app.signer()?;
    // Before the session opens, because without a key its client would get no token.
    let key = signer.key().await?;
    let attempt: LoginAttempt = body(&request)?;
    let device = attempt.device_token.as_deref().and_then(|token| key.device(token));
    let login = chat::accounts::login(&app.chat, network(&request)?, device, attempt.credentials).await?;
    log::caller(&login.caller());
    log::done("logged in");
    ok(&LoggedIn {
        message: "Login successful",
        access_token: signer.sign(&key, &login)?,
        token_type: "Bearer",
        expires_in: chat::accounts::SESSION_LIFETIME.as_secs(),
        device_token: key.device_token(&login)?,
        user: &login.user,
    })
}
