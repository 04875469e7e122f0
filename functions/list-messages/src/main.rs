//! `GET /list-messages/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, page, slice},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| {
        let page = page(&request)?;
        Ok((page, chat::list_messages(&app.chat, caller, page).await?))
    };
    let (page, found) = app.authenticate_while(&request, list).await?;
    slice(&request, page, &found)
}
