//! A frame `{"type":"typing", …}`.

use domain::{Error, TypingFrame};
use lambda::{
    App, Fatal,
    socket::{self, Incoming},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    socket::serve(App::init_to_push().await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    let own = event.socket()?;
    let frame: TypingFrame = event.frame()?;
    let room = frame.room(own.room)?;
    chat::typing(&app.chat, own.user, &own.id, room, frame.typing).await
}
