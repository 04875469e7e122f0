//! A frame `{"type":"delivered", …}` or `{"type":"read", …}`.

use domain::Error;
use lambda::{
    App, Fatal, Part,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve(App::init(&[Part::Sockets]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    chat::messages::mark(&app.chat, &event.socket()?, event.frame()).await
}
