//! A frame `{"type":"message", …}`.

use domain::{Error, Event, MessageFrame};
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
    let draft = event.frame::<MessageFrame>()?.draft(own.user, own.room)?;
    let sent = chat::send_message(&app.chat, own.user, Some(&own), draft).await?;
    // A retry: the room has seen the message, the sender may not have.
    if !sent.new {
        event.reply(app, &Event::Message(&sent.message)).await?;
    }
    Ok(())
}
