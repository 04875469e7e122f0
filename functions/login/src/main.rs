//! `POST /auth/login/`

use domain::{Error, User};
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, network, ok},
};
use serde::Serialize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    chat::prepare_login();
    http::serve(App::init().await?, handle).await
}

#[derive(Serialize)]
struct LoggedIn<'a> {
    message: &'static str,
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    user: &'a User,
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let login = chat::login(&app.chat, network(&request)?, body(&request)?).await?;
    ok(&LoggedIn {
        message: "Login successful",
        access_token: app.tokens()?.issue(&login)?,
        token_type: "Bearer",
        expires_in: chat::SESSION_LIFETIME.as_secs(),
        user: &login.user,
    })
}
