//! A frame `{"type":"ping"}`, or an unknown frame.

use domain::{Error, Event, OtherFrame};
use lambda::{
    App, Fatal,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    let app = App::from_env()?;
    app.chat.sockets.open().await;
    socket::serve(app, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    let OtherFrame::Ping = event.frame()?;
    event.reply(app, &Event::Pong).await
}
