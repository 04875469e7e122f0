//! The authorizer of `$connect`.

use chat::Caller;
use domain::Error;
use lambda::{
    App, Fatal,
    authorizer::{self, Handshake},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    authorizer::serve(App::init().await?, handle).await
}

async fn handle(app: &App, handshake: Handshake) -> Result<Caller, Error> {
    let caller = app.tokens()?.verify(&handshake.token)?;
    chat::authorize(&app.chat, &caller, handshake.room()?).await?;
    Ok(caller)
}
