//! The authorizer of `$connect`.

use chat::Caller;
use domain::Error;
use lambda::{
    App, Fatal, Part,
    authorizer::{self, Handshake},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    authorizer::serve(App::init(&[Part::Keys]).await?, handle).await
}

async fn handle(app: &App, handshake: Handshake) -> Result<Caller, Error> {
    let caller = app.verify(&handshake.token).await?.caller;
    chat::sockets::authorize(&app.chat, &caller, handshake.room()?).await?;
    Ok(caller)
}
