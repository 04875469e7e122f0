//! `POST /read-message/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, ok},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init_to_push().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    chat::read_message(&app.chat, &caller, body(&request)?).await?;
    ok(&json!({"success": true}))
}
