//! `POST /reset-invite/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, ok},
    log,
};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let invite = chat::rooms::reset_invite(&app.chat, &caller, &body(&request)?).await?;
    log::done(if invite.is_some() { "reset the invite code" } else { "disabled the invite code" });
    ok(&json!({"invite": invite}))
}
