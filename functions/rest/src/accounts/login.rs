//! `POST /auth/login/`

use domain::{Error, LoginAttempt};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, network},
    log,
};

use crate::logged_in::logged_in;

pub(crate) async fn serve() -> Result<(), Fatal> {
    chat::accounts::prepare_login();
    http::serve(App::init(&[Part::Signer]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let signer = app.signer()?;
    // Before the session opens, because without a key its client would get no token.
    let key = signer.key().await?;
    let LoginAttempt { credentials, device_token, device: name } = body(&request)?;
    let device = device_token.as_deref().and_then(|token| key.device(token));
    let login = chat::accounts::login(&app.chat, network(&request)?, device, name, credentials).await?;
    log::caller(&login.caller());
    log::done("logged in");
    logged_in(signer, &key, &login)
}
