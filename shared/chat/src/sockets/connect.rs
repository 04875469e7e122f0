use domain::{Error, MAX_SOCKETS_PER_USER, Refusal, Timestamp};
use futures_util::future::join_all;
use realtime::Outcome;
use store::Socket;

use super::is_connecting;
use crate::{Caller, Chat, accounts::authenticate, now};

/// Stores a socket, and forgets dead sockets of its user. It pushes no event to the socket, because the socket takes
/// none before this function returns.
///
/// The session is read again after the socket is stored. A logout ends the session before it reads the sockets, so one
/// of the two sees the other.
///
/// # Errors
/// `TooManySockets`, `Unauthenticated`. The socket is forgotten.
pub async fn connect(chat: &Chat, socket: &Socket) -> Result<(), Error> {
    let now = now();
    let before = chat.store.add_socket(socket).await?;
    let caller = Caller { user: socket.user, session: socket.session.clone() };
    let (session, room) = tokio::join!(authenticate(chat, &caller), make_room(chat, before, now));
    let outcome = session.and(room);
    if outcome.is_err() {
        chat.forget(vec![socket.clone()]).await;
    }
    outcome
}

/// Forgets expired sockets and, if the user has too many, the sockets that API Gateway does not know.
///
/// # Errors
/// `TooManySockets`.
async fn make_room(chat: &Chat, before: Vec<Socket>, now: Timestamp) -> Result<(), Error> {
    let (mut dead, mut alive): (Vec<_>, Vec<_>) = before.into_iter().partition(|socket| socket.is_expired(now));
    if alive.len() >= MAX_SOCKETS_PER_USER {
        let (old, connecting): (Vec<_>, Vec<_>) = alive.into_iter().partition(|socket| !is_connecting(socket, now));
        let looks = join_all(old.iter().map(|socket| chat.sockets.look(&socket.id))).await;
        let looked = old.into_iter().zip(looks);
        let (gone, there): (Vec<_>, Vec<_>) = looked.partition(|(_, outcome)| matches!(outcome, Outcome::Gone));
        dead.extend(gone.into_iter().map(|(socket, _)| socket));
        alive = there.into_iter().map(|(socket, _)| socket).chain(connecting).collect();
    }
    chat.forget(dead).await;
    if alive.len() < MAX_SOCKETS_PER_USER { Ok(()) } else { Err(Refusal::TooManySockets.into()) }
}
