//! `$disconnect`, which is best effort: a socket that it does not come for is forgotten when next pushed to.

use domain::Error;
use lambda::{
    App, Fatal,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve_lifecycle(App::init(&[]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    // API Gateway does not promise the authorizer's context here. Without it, nobody knows whose socket it was.
    match event.socket() {
        Ok(socket) => chat::sockets::disconnect(&app.chat, socket.user, &socket.id).await,
        Err(_) => Ok(()),
    }
}
