//! `POST /auth/refresh/`

use domain::{Error, RefreshAttempt};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body},
    log,
};

use crate::logged_in::logged_in;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Signer]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let signer = app.signer()?;
    // Before the token is replaced, because without a key its client would get no other one.
    let key = signer.key().await?;
    let token = body::<RefreshAttempt>(&request)?.token()?;
    let login = chat::accounts::refresh(&app.chat, &token).await?;
    log::caller(&login.caller());
    log::done("refreshed");
    logged_in(signer, &key, &login)
}
