//! `POST /answer-invitation/`

use domain::{AnswerInvitation, Error};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, ok},
    log,
};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys, Part::Sockets]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let answer: AnswerInvitation = body(&request)?;
    chat::rooms::answer_invitation(&app.chat, &caller, &answer).await?;
    log::done(if answer.accept { "accepted an invitation" } else { "declined an invitation" });
    ok(&json!({"message": if answer.accept { "Invitation accepted" } else { "Invitation declined" }}))
}
