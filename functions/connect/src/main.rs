//! `$connect`

use domain::Error;
use lambda::{
    App, Fatal,
    socket::{self, Incoming},
};
use store::Socket;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    socket::serve_lifecycle(App::init().await?, handle).await
}

async fn handle(app: &App, event: &Incoming) -> Result<(), Error> {
    let caller = event.caller()?;
    let socket = Socket {
        user: caller.user,
        id: event.connection.clone(),
        room: event.room(),
        session: caller.session,
        connected_at: event.connected_at,
    };
    chat::connect(&app.chat, &socket).await
}
