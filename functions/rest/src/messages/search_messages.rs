//! `GET /search-messages/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, found, search},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    // A refused caller must not cost a search, so it comes after the session and the paces.
    let caller = app.authenticate(&request).await?;
    let search = search(&request)?;
    found(&request, search.room, &chat::messages::search_messages(&app.chat, &caller, &search).await?)
}
