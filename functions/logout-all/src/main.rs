//! `POST /auth/logout-all/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, ok},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.caller(&request)?;
    chat::logout_all(&app.chat, &caller).await?;
    ok(&json!({"message": "Logout successful"}))
}
