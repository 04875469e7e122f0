//! `$disconnect`. API Gateway invokes it at best effort; without it, the next push forgets the socket.

use domain::Error;
use lambda::{
    App, Fatal,
    socket::{self, Incoming},
};

pub(crate) async fn serve() -> Result<(), Fatal> {
    socket::serve_lifecycle(App::init(&[]).await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    // API Gateway does not promise the authorizer's context here, and without it the user of the socket is unknown.
    match event.socket() {
        Ok(socket) => chat::sockets::disconnect(&app.chat, socket.user, &socket.id).await,
        Err(_) => Ok(()),
    }
}
