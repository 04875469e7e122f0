//! `POST /auth/login/`

use domain::{Error, User};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, network, ok},
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
    user: &'a User,
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let signer = app.signer()?;
    // Before the session opens, because without a key its client would get no token.
    let key = signer.key().await?;
    let login = chat::accounts::login(&app.chat, network(&request)?, body(&request)?).await?;
    ok(&LoggedIn {
        message: "Login successful",
        access_token: signer.sign(&key, &login)?,
        token_type: "Bearer",
        expires_in: chat::accounts::SESSION_LIFETIME.as_secs(),
        user: &login.user,
    })
}
