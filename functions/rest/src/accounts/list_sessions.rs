//! `GET /list-sessions/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| chat::accounts::list_sessions(&app.chat, caller).await;
    ok(&app.authenticate_while(&request, list).await?)
}
