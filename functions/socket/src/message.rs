//! A frame `{"type":"message", …}`.

use domain::{Error, Event, MessageFrame};
use lambda::{
    App, Fatal, Part,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve(App::init(&[Part::Sockets]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    let own = event.socket()?;
    let draft = event.frame::<MessageFrame>().and_then(|frame| frame.draft(own.user, own.room));
    let sent = chat::messages::send_over_socket(&app.chat, &own, draft).await?;
    // After a retry only the sender may lack the message: the room got it the first time.
    if !sent.new {
        event.reply(app, &Event::Message { message: &sent.message, changes: sent.changes }).await?;
    }
    Ok(())
}
