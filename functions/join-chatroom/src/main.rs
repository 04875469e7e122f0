//! `POST /join-chatroom/`

use domain::{Error, Invitation};
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, created, ok},
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init_to_push().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let Invitation { room } = body(&request)?;
    let joined = chat::join_chatroom(&app.chat, &caller, room).await?;
    let stay = joined.membership;
    let answer = json!({"id": stay.id, "conversation": stay.room_id, "user": stay.user_id});
    if joined.new { created(&answer) } else { ok(&answer) }
}
