//! Ending sockets with their sessions, or with the stay in the only room that they hear.
//!
//! A socket of an ended session neither receives nor sends, whether or not API Gateway closes it: its attribute says
//! that it is over, so that no push goes there, and each frame reads the session.

use std::{collections::BTreeMap, time::Duration};

use domain::{Error, RoomId, UserId, causes};
use futures_util::future::join_all;
use realtime::Outcome;
use store::Socket;

use super::is_connecting;
use crate::{Chat, now};

/// The number of attempts to close a socket that may still be connecting.
const ATTEMPTS: u32 = 5;
/// The wait between two attempts. All of them take a second.
const PAUSE: Duration = Duration::from_millis(200);

/// Ends sessions of a user and the sockets `of` these sessions. `end` ends the sessions.
///
/// The sockets end first, so that a function that dies leaves no socket that hears more than its session may. They are
/// looked for again afterwards: a socket that opens at the same time is either found here or finds its session ended.
/// They are closed last, even if the sessions could not be ended, because a client that hears nothing must open another
/// socket.
///
/// # Errors
/// Those of `end`.
pub(crate) async fn end_with<T>(
    chat: &Chat,
    user: UserId,
    of: impl Fn(&Socket) -> bool,
    end: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let mut sockets = end_sockets(chat, user, &of).await?;
    let ended = async { Ok((end.await?, end_sockets(chat, user, &of).await?)) };
    let ended = ended.await.map(|(ended, late)| {
        sockets.extend(late);
        ended
    });
    close_all(chat, sockets).await;
    ended
}

/// The sockets of a user that hear only this room.
pub(crate) async fn bound(chat: &Chat, user: UserId, room: RoomId) -> Result<Vec<Socket>, Error> {
    let mut sockets = chat.store.sockets_of(user).await?;
    sockets.retain(|socket| socket.room == Some(room));
    Ok(sockets)
}

/// Ends and closes the sockets of a user that hear only one room, because the user is not in it any more.
pub(crate) async fn end_bound(chat: &Chat, user: UserId, sockets: Vec<Socket>) -> Result<(), Error> {
    end_open(chat, user, &sockets).await?;
    close_all(chat, sockets).await;
    Ok(())
}

/// Ends those of a user's sockets, and returns them. Those that had ended before are among them: an earlier call may
/// have closed none.
async fn end_sockets(chat: &Chat, user: UserId, of: impl Fn(&Socket) -> bool) -> Result<Vec<Socket>, Error> {
    let mut sockets = chat.store.sockets_of(user).await?;
    sockets.retain(of);
    end_open(chat, user, &sockets).await?;
    Ok(sockets)
}

/// Ends those of a user's sockets that have not ended.
pub(super) async fn end_open(chat: &Chat, user: UserId, sockets: &[Socket]) -> Result<(), Error> {
    let open: Vec<_> = sockets.iter().filter(|socket| !socket.has_ended()).cloned().collect();
    chat.store.end_sockets(user, &open, now()).await
}

/// Closes sockets. `$disconnect` forgets them, or else the next push to their user or the next socket of that user.
async fn close_all(chat: &Chat, sockets: Vec<Socket>) {
    let sockets: BTreeMap<_, _> = sockets.into_iter().map(|socket| (socket.id.clone(), socket)).collect();
    join_all(sockets.values().map(|socket| close(chat, socket))).await;
}

/// Closes a socket that has ended.
pub async fn close(chat: &Chat, socket: &Socket) {
    for _ in 0..ATTEMPTS {
        match chat.sockets.close(&socket.id).await {
            Outcome::Gone if is_connecting(socket, now()) => tokio::time::sleep(PAUSE).await,
            Outcome::Delivered | Outcome::Gone => return,
            Outcome::Slow => break,
            Outcome::Failed(error) => {
                tracing::error!(cause = causes(&*error), "an ended socket is not closed");
                return;
            }
        }
    }
    tracing::warn!("an ended socket is not closed");
}
