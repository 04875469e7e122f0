//! `POST /sync/`

use domain::Error;
use lambda::{
    App, Fatal, Part,
    http::{self, Request, Response, ok},
};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {
    http::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    chat::messages::sync(&app.chat, &caller).await?;
    ok(&json!({"success": true}))
}
