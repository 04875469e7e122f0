use domain::{Error, UserId};
use store::Socket;

use crate::{Caller, Chat, authenticate, now};

/// Remembers a socket, and forgets those of its user that died unnoticed. Nothing is pushed to it here: it takes nothing
/// before this has returned.
///
/// # Errors
/// `Unauthenticated` if the session has ended meanwhile. Asked after the socket is remembered, as a logout ends the
/// session before it looks for sockets: one of the two sees the other.
pub async fn connect(chat: &Chat, socket: &Socket) -> Result<(), Error> {
    let now = now();
    let before = chat.store.add_socket(socket).await?;
    let expired = before.into_iter().filter(|socket| socket.is_expired(now)).collect();
    let caller = Caller { user: socket.user, session: socket.session.clone() };
    let (session, ()) = tokio::join!(authenticate(chat, &caller), chat.forget(expired));
    if session.is_err() {
        chat.forget(vec![socket.clone()]).await;
    }
    session
}

/// Forgets a socket.
pub async fn disconnect(chat: &Chat, user: UserId, connection: &str) -> Result<(), Error> {
    chat.store.remove_sockets(user, &[connection.to_owned()]).await
}
