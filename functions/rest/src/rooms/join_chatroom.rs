//! `POST /join-chatroom/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, created, ok},
    log,
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys, Part::Sockets]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let joined = chat::rooms::join_chatroom(&app.chat, &caller, body(&request)?).await?;
    if !joined.new {
        return ok(&joined);
    }
    log::done("joined");
    created(&joined)
}
