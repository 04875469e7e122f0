//! `GET /list-reactions/{conversation_id}/{message_id}/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, message, ok, room},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list =
        async |caller: &_| chat::messages::list_reactions(&app.chat, caller, room(&request)?, message(&request)?).await;
    ok(&app.authenticate_while(&request, list).await?)
}
