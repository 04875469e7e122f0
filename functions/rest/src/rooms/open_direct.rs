//! `POST /open-direct/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, created, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.claimant(&request).await?.caller;
    let opened = chat::rooms::open_direct(&app.chat, &caller, body(&request)).await?;
    if opened.new { created(&opened.room) } else { ok(&opened.room) }
}
