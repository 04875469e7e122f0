//! `DELETE /leave-chatroom/{conversation_id}/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, ok, room},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init_to_push().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    chat::leave_chatroom(&app.chat, &caller, room(&request)?).await?;
    ok(&json!({"message": "Leave chatroom successful"}))
}
