use std::{cmp::Reverse, time::Duration};

use domain::{Error, Event, MAX_SOCKETS_PER_USER, Refusal, Timestamp, UserId, causes};
use futures_util::future::join_all;
use realtime::{Frame, Outcome};
use store::Socket;

use super::is_connecting;
use crate::{Caller, Chat, accounts::authenticate, now};

/// The time between two questions to API Gateway which sockets of a user are alive. A question is a call for each
/// socket, so a client that opens sockets without end would use up the calls of the account.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Stores a socket, and forgets expired sockets of its user. If the user has too many, the new one replaces the one that
/// has been silent longest. It pushes no event to the new socket, because that takes none before this function returns.
///
/// The session is read again after the socket is stored. A logout ends the session before it reads the sockets for the
/// last time, so one of the two sees the other.
///
/// # Errors
/// `TooManySockets`, `Unauthenticated`. The socket is forgotten.
pub async fn connect(chat: &Chat, socket: &Socket) -> Result<(), Error> {
    let now = now();
    let before = chat.store.add_socket(socket).await?;
    let (expired, open): (Vec<_>, Vec<_>) = before.sockets.into_iter().partition(|socket| socket.is_expired(now));
    let caller = Caller::from(socket);
    let (session, ()) = tokio::join!(authenticate(chat, &caller), chat.forget(expired));
    let outcome = match session {
        Ok(_) => make_room(chat, caller.user, open, before.looked_at, now).await,
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        chat.forget(vec![socket.clone()]).await;
    }
    outcome
}

/// Closes sockets until the user may have one more, and forgets them. A socket is forgotten after it is closed, so that
/// none is open and hears nothing.
///
/// Each of several handshakes at the same moment counts the earlier ones, and closes as many as are too many by its own
/// count. So together they leave no more sockets than a user may have. A socket whose handshake may not have ended is
/// never closed, which also bounds the calls for a client that opens sockets without end.
///
/// # Errors
/// `TooManySockets` if too few sockets can be closed.
async fn make_room(
    chat: &Chat,
    user: UserId,
    open: Vec<Socket>,
    looked_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let too_many = (open.len() + 1).saturating_sub(MAX_SOCKETS_PER_USER);
    if too_many == 0 {
        return Ok(());
    }
    let settled = open.into_iter().filter(|socket| !is_connecting(socket, now)).collect();
    let (mut closed, there) = if may_look(chat, user, looked_at, now).await? {
        look(chat, settled, now).await
    } else {
        (Vec::new(), settled.into_iter().map(|socket| (0, socket)).collect())
    };
    let replaced = silent_longest(there, too_many.saturating_sub(closed.len()));
    closed.extend(replace(chat, replaced).await?);
    let is_room = closed.len() >= too_many;
    chat.forget(closed).await;
    if is_room { Ok(()) } else { Err(Refusal::TooManySockets.into()) }
}

/// Whether API Gateway may be asked. Of handshakes at the same moment, one may.
async fn may_look(chat: &Chat, user: UserId, looked_at: Timestamp, now: Timestamp) -> Result<bool, Error> {
    let is_due = now.since(looked_at) >= LOOK_EVERY;
    Ok(is_due && chat.store.note_look(user, looked_at, now).await?)
}

/// Asks API Gateway for sockets. Returns those that it does not know, and the others with the whole minutes for which
/// nothing has come or gone over them.
async fn look(chat: &Chat, sockets: Vec<Socket>, now: Timestamp) -> (Vec<Socket>, Vec<(u64, Socket)>) {
    let looks = join_all(sockets.iter().map(|socket| chat.sockets.look(&socket.id))).await;
    let (mut gone, mut there) = (Vec::new(), Vec::new());
    for (socket, found) in sockets.into_iter().zip(looks) {
        match found {
            Ok(active_at) => there.push((now.since(active_at).as_secs() / 60, socket)),
            Err(Outcome::Gone) => gone.push(socket),
            Err(_) => there.push((0, socket)),
        }
    }
    (gone, there)
}

/// So many of the sockets, those with the most minutes of silence, and of these the oldest. Differences below a minute
/// do not count, because an event reaches the dead sockets of a user, too, at almost the same time. The id makes the
/// order total, so that handshakes at the same moment choose the same sockets.
fn silent_longest(mut sockets: Vec<(u64, Socket)>, count: usize) -> Vec<Socket> {
    sockets.sort_by_cached_key(|(minutes, socket)| (Reverse(*minutes), socket.connected_at, socket.id.clone()));
    sockets.into_iter().take(count).map(|(_, socket)| socket).collect()
}

/// Announces to sockets that they are replaced, and closes them. Returns the closed ones.
async fn replace(chat: &Chat, sockets: Vec<Socket>) -> Result<Vec<Socket>, Error> {
    let frame = Frame::new(&Event::Replaced)?;
    let closed = sockets.into_iter().map(async |socket| {
        // If it gets lost, the client connects again, and replaces another socket.
        let _ = chat.sockets.push(&socket.id, &frame).await;
        match chat.sockets.close(&socket.id).await {
            Outcome::Delivered | Outcome::Gone => Some(socket),
            Outcome::Slow => None,
            Outcome::Failed(error) => {
                tracing::error!(cause = causes(&*error), "a replaced socket is not closed");
                None
            }
        }
    });
    Ok(join_all(closed).await.into_iter().flatten().collect())
}
