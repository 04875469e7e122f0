use std::time::Duration;

use domain::{Error, Event, MAX_SOCKETS_PER_USER, Refusal, Timestamp, UserId, causes};
use futures_util::future::join_all;
use realtime::{Frame, Outcome};
use store::Socket;

use super::{end::end_open, is_connecting};
use crate::{Caller, Chat, accounts::authenticate, now};

/// A difference of times of activity that does not count, because an event reaches all sockets of a user, the dead ones
/// too, within the time that a function has for its pushes.
const SAME_TIME: Duration = Duration::from_secs(5);

/// Stores a socket, and forgets expired sockets of its user. If the user has too many, the new one replaces the one
/// that has been silent longest. It pushes no event to the new socket, because that takes none before this function
/// returns.
///
/// The session is read again after the socket is stored. A logout ends the session before it reads the sockets for the
/// last time, so one of the two sees the other.
///
/// # Errors
/// `TooManySockets`, `Unauthenticated`. The socket is forgotten.
pub async fn connect(chat: &Chat, socket: &Socket) -> Result<(), Error> {
    let now = now();
    let before = chat.store.add_socket(socket).await?;
    let (expired, open): (Vec<_>, Vec<_>) = before.into_iter().partition(|socket| socket.is_expired(now));
    let caller = Caller::from(socket);
    let (session, ()) = tokio::join!(authenticate(chat, &caller), chat.forget(expired));
    let outcome = match session {
        Ok(_) => make_room(chat, caller.user, open, now).await,
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
/// count. So together they leave no more sockets than a user may have.
///
/// A socket whose handshake may not have ended is neither asked for nor closed. This bounds the calls for a client that
/// opens sockets without end: 16 handshakes in 30 seconds ask, one after another for 16 + 15 + … + 1 = 136 sockets.
///
/// # Errors
/// `TooManySockets` if too few sockets can be closed.
async fn make_room(chat: &Chat, user: UserId, open: Vec<Socket>, now: Timestamp) -> Result<(), Error> {
    let too_many = (open.len() + 1).saturating_sub(MAX_SOCKETS_PER_USER);
    if too_many == 0 {
        return Ok(());
    }
    let settled: Vec<_> = open.into_iter().filter(|socket| !is_connecting(socket, now)).collect();
    if settled.len() < too_many {
        return Err(Refusal::TooManySockets.into());
    }
    let (mut closed, there) = look(chat, settled, now).await;
    let replaced = silent_longest(there, too_many.saturating_sub(closed.len()));
    closed.extend(replace(chat, user, replaced).await?);
    chat.forget(closed).await;
    Ok(())
}

/// Asks API Gateway for sockets. Returns those that it does not know, and the others with the times at which something
/// has last come or gone over them. A socket without an answer counts as active now.
async fn look(chat: &Chat, sockets: Vec<Socket>, now: Timestamp) -> (Vec<Socket>, Vec<(Timestamp, Socket)>) {
    let looks = join_all(sockets.iter().map(|socket| chat.sockets.look(&socket.id))).await;
    let (mut gone, mut there, mut failed) = (Vec::new(), Vec::new(), None);
    for (socket, found) in sockets.into_iter().zip(looks) {
        match found {
            Ok(active_at) => there.push((active_at, socket)),
            Err(Outcome::Gone) => gone.push(socket),
            Err(outcome) => {
                there.push((now, socket));
                if let Outcome::Failed(error) = outcome {
                    failed = Some(error);
                }
            }
        }
    }
    if let Some(error) = failed {
        tracing::error!(cause = causes(&*error), "questions for sockets are refused");
    }
    (gone, there)
}

/// So many of the sockets, each the oldest of those that have been silent longest. The id makes the order total, so
/// that handshakes at the same moment choose the same sockets.
fn silent_longest(mut sockets: Vec<(Timestamp, Socket)>, count: usize) -> Vec<Socket> {
    sockets.sort_by_cached_key(|(_, socket)| (socket.connected_at, socket.id.clone()));
    let next = |_| {
        let first = sockets.iter().map(|(active_at, _)| *active_at).min()?;
        let oldest = sockets.iter().position(|(active_at, _)| active_at.since(first) < SAME_TIME)?;
        Some(sockets.remove(oldest).1)
    };
    (0..count).map_while(next).collect()
}

/// Announces to sockets that they are replaced, and closes them. Returns the closed ones.
///
/// A socket that API Gateway does not close is ended instead, because its client has given it up since the event.
async fn replace(chat: &Chat, user: UserId, sockets: Vec<Socket>) -> Result<Vec<Socket>, Error> {
    let frame = Frame::new(&Event::Replaced)?;
    let outcomes = join_all(sockets.iter().map(async |socket| {
        // If it gets lost, the client connects again, and replaces another socket.
        let _ = chat.sockets.push(&socket.id, &frame).await;
        chat.sockets.close(&socket.id).await
    }));
    let (mut closed, mut open) = (Vec::new(), Vec::new());
    for (outcome, socket) in outcomes.await.into_iter().zip(sockets) {
        match outcome {
            Outcome::Delivered | Outcome::Gone => closed.push(socket),
            Outcome::Slow => open.push(socket),
            Outcome::Failed(error) => {
                tracing::error!(cause = causes(&*error), "a replaced socket is not closed");
                open.push(socket);
            }
        }
    }
    end_open(chat, user, &open).await?;
    Ok(closed)
}
