//! `GET /list-changes/{conversation_id}/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok, query, room},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| {
        let (room, after) = (room(&request)?, domain::change_after(query(&request, "after").as_deref())?);
        chat::messages::list_changes(&app.chat, caller, room, after).await
    };
    ok(&app.authenticate_while(&request, list).await?)
}
