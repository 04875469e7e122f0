use domain::{Error, UserId};
use store::Socket;

use crate::Chat;

/// Remembers a socket. Nothing is pushed to it here: it takes nothing before this has returned.
pub async fn connect(chat: &Chat, socket: &Socket) -> Result<(), Error> {
    chat.store.add_socket(socket).await
}

/// Forgets a socket.
pub async fn disconnect(chat: &Chat, user: UserId, connection: &str) -> Result<(), Error> {
    chat.store.remove_sockets(user, &[connection.to_owned()]).await
}
