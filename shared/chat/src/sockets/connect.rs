use std::time::Duration;

use domain::{Error, MAX_SOCKETS_PER_USER, Refusal, Timestamp};
use futures_util::future::join_all;
use realtime::Outcome;
use store::{Before, Socket};

use super::is_connecting;
use crate::{Caller, Chat, accounts::authenticate, now};

/// The time between two questions to API Gateway which sockets of a user are alive. A question is a call for each
/// socket, so a client that opens sockets without end would use up the calls of the account.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Stores a socket, and forgets dead sockets of its user. It pushes no event to the socket, because the socket takes
/// none before this function returns.
///
/// The session is read again after the socket is stored. A logout ends the session before it reads the sockets for the
/// last time, so one of the two sees the other.
///
/// # Errors
/// `TooManySockets`, `Unauthenticated`. The socket is forgotten.
pub async fn connect(chat: &Chat, socket: &Socket) -> Result<(), Error> {
    let now = now();
    let before = chat.store.add_socket(socket).await?;
    let caller = Caller::from(socket);
    let (session, room) = tokio::join!(authenticate(chat, &caller), make_room(chat, &caller, before, now));
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
async fn make_room(chat: &Chat, caller: &Caller, before: Before, now: Timestamp) -> Result<(), Error> {
    let (mut dead, mut alive): (Vec<_>, Vec<_>) = before.sockets.into_iter().partition(|socket| socket.is_expired(now));
    if alive.len() >= MAX_SOCKETS_PER_USER && may_look(chat, caller, before.looked_at, now).await? {
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

/// Whether API Gateway may be asked. Of handshakes at the same moment, one may.
async fn may_look(chat: &Chat, caller: &Caller, looked_at: Timestamp, now: Timestamp) -> Result<bool, Error> {
    let is_due = now.since(looked_at) >= LOOK_EVERY;
    Ok(is_due && chat.store.note_look(caller.user, looked_at, now).await?)
}
