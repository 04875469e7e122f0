//! `GET /list-members/{conversation_id}/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok, room},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| chat::rooms::list_members(&app.chat, caller, room(&request)?).await;
    ok(&app.authenticate_while(&request, list).await?)
}
