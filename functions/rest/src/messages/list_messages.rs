//! `GET /list-messages/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, page, slice},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let list = async |caller: &_| {
        let page = page(&request)?;
        Ok((page, chat::messages::list_messages(&app.chat, caller, page).await?))
    };
    let (page, found) = app.authenticate_while(&request, list).await?;
    slice(page, &found)
}
