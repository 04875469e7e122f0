//! `GET /list-members/{conversation_id}/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, ok, room},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| chat::list_members(&app.chat, caller, room(&request)?).await;
    ok(&app.authenticate_while(&request, list).await?)
}
