//! `POST /set-privacy/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    ok(&chat::accounts::set_privacy(&app.chat, &caller, body(&request)?).await?)
}
