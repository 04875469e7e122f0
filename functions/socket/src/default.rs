//! A frame `{"type":"ping"}`, or an unknown frame.

use domain::{Error, Event, OtherFrame};
use lambda::{
    App, Fatal, Part,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve(App::init(&[Part::Sockets]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    chat::sockets::admit_frame(&app.chat, &event.socket()?, 1).await?;
    let OtherFrame::Ping = event.frame()?;
    event.reply(app, &Event::Pong).await
}
