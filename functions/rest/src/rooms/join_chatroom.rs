//! `POST /join-chatroom/`

use domain::{Error, Invitation};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, created, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys, Part::Sockets]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let Invitation { room } = body(&request)?;
    let joined = chat::rooms::join_chatroom(&app.chat, &caller, room).await?;
    if joined.new { created(&joined) } else { ok(&joined) }
}
