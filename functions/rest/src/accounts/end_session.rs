//! `DELETE /end-session/{id}/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok, session},
    log,
};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.claimant(&request).await?.caller;
    chat::accounts::end_session(&app.chat, &caller, session(&request)).await?;
    log::done("ended a session");
    ok(&json!({"message": "Session ended"}))
}
