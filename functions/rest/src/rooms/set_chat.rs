//! `POST /set-chat/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys, Part::Sockets]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let settings = chat::rooms::set_chat(&app.chat, &caller, &body(&request)?).await?;
    ok(&settings)
}
