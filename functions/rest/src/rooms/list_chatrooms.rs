//! `GET /list-chatrooms/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, listed, room_cursor},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| chat::rooms::list_chatrooms(&app.chat, caller, room_cursor(&request)?).await;
    listed(&app.authenticate_while(&request, list).await?, |before| format!("before={before}"))
}
