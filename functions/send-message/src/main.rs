//! `POST /send-message/`

use domain::Error;
use lambda::{
    App, Fatal,
    http::{self, Request, Response, body, created, ok},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    http::serve(App::init_to_push().await?, handle).await
}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {
    let caller = app.authenticate(&request).await?;
    let sent = chat::send_message(&app.chat, caller.user, None, body(&request)?).await?;
    if sent.new { created(&sent.message) } else { ok(&sent.message) }
}
