//! `POST /auth/change-password/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, network, ok},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let (caller, user) = app.caller_and_user(&request)?;
    chat::change_password(&app.chat, &caller, &user, network(&request)?, body(&request)?).await?;
    ok(&json!({"message": "Password changed"}))
}
