//! `GET /list-chatrooms/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, ok},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| chat::list_chatrooms(&app.chat, caller).await;
    ok(&app.authenticate_while(&request, list).await?)
}
