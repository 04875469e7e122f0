//! A frame `{"type":"typing", …}`.

use domain::{Error, TypingFrame};
use lambda::{
    App, Fatal, Part,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve(App::init(&[Part::Sockets]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    let own = event.socket()?;
    let frame: TypingFrame = event.frame()?;
    let room = frame.room(own.room)?;
    chat::messages::typing(&app.chat, own.user, &own.id, room, frame.typing).await
}
