//! `POST /send-message/`

use chat::Caller;
use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, created, ok},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init_to_push().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let look = async |caller: &Caller| {
        let draft = body(&request)?;
        Ok((caller.user, chat::sent_before(&app.chat, caller.user, &draft).await?, draft))
    };
    let (sender, before, draft) = app.authenticate_while(&request, look).await?;
    let sent = match before {
        Some(sent) => sent,
        None => chat::send_new_message(&app.chat, sender, None, draft).await?,
    };
    if sent.new { created(&sent.message) } else { ok(&sent.message) }
}
