//! `POST /auth/change-password/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, network, ok},
    log,
};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let claimant = app.claimant(&request).await?;
    let (user, network) = (claimant.user(), network(&request)?);
    chat::accounts::change_password(&app.chat, &claimant.caller, &user, network, body(&request)?).await?;
    log::done("changed the password");
    ok(&json!({"message": "Password changed"}))
}
