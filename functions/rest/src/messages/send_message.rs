//! `POST /send-message/`

use chat::Caller;
use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, created, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys, Part::Sockets]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let look = async |caller: &Caller| {
        let draft = body(&request)?;
        Ok((caller.user, chat::messages::sent_before(&app.chat, caller.user, &draft).await?, draft))
    };
    let (sender, before, draft) = app.authenticate_while(&request, look).await?;
    let sent = match before {
        Some(sent) => sent,
        None => chat::messages::send_new_message(&app.chat, sender, None, draft).await?,
    };
    if sent.new { created(&sent.message) } else { ok(&sent.message) }
}
