//! `POST /sync/`

use domain::{Error, SyncRooms};
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, body, ok},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let known: Result<SyncRooms, _> = body(&request);
    let weight = known.as_ref().map_or(1, SyncRooms::weight);
    // Before the reads, because these are many: a refused caller must not cause them.
    let caller = app.authenticate_for(&request, weight).await?;
    ok(&chat::messages::sync(&app.chat, &caller, &known?).await?)
}
