//! `$connect`

use domain::Error;
use lambda::{
    App, Fatal,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve_lifecycle(App::init(&[]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    chat::sockets::connect(&app.chat, &event.socket()?).await
}
