use std::time::Duration;

use domain::{Error, Refusal, causes};
use futures_util::future::join_all;
use realtime::Outcome;
use store::Socket;

use crate::{Caller, Chat, audience::is_connecting, now};

/// How often a socket is closed that may not be open yet, and how long is waited in between.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Ends the session of a caller who need not be authenticated before, then closes its sockets: one that opens meanwhile is
/// either found here, or finds the session ended. So are those of a session that had ended: the answer to an earlier try may
/// have been lost.
///
/// # Errors
/// `Unauthenticated` where the session had ended before.
pub async fn logout(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let session = chat.store.end_session(caller.user, &caller.session, now()).await?;
    let mut sockets = chat.store.sockets_of(caller.user).await?;
    sockets.retain(|socket| socket.session == caller.session);
    close_all(chat, sockets).await;
    session.map(drop).ok_or(Refusal::Unauthenticated.into())
}

/// Closes sockets and forgets them.
pub(crate) async fn close_all(chat: &Chat, sockets: Vec<Socket>) {
    let closed = join_all(sockets.into_iter().map(async |socket| close(chat, &socket).await.then_some(socket))).await;
    chat.forget(closed.into_iter().flatten().collect()).await;
}

/// Whether the socket is closed.
async fn close(chat: &Chat, socket: &Socket) -> bool {
    for _ in 0..ATTEMPTS {
        match chat.sockets.close(&socket.id).await {
            Outcome::Gone if is_connecting(socket, now()) => tokio::time::sleep(PAUSE).await,
            Outcome::Delivered | Outcome::Gone => return true,
            Outcome::Slow => break,
            Outcome::Failed(error) => {
                tracing::error!(cause = causes(&*error), "a socket of an ended session is not closed");
                return false;
            }
        }
    }
    tracing::warn!("a socket of an ended session is not closed");
    false
}
