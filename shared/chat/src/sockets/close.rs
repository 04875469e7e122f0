//! Closing the sockets of ended sessions.

use std::time::Duration;

use domain::causes;
use futures_util::future::join_all;
use realtime::Outcome;
use store::Socket;

use super::is_connecting;
use crate::{Chat, now};

/// The number of attempts to close a socket that may still be connecting.
const ATTEMPTS: u32 = 5;
/// The wait between two attempts. All of them take a second.
const PAUSE: Duration = Duration::from_millis(200);

/// Closes sockets, and forgets the closed ones.
pub(crate) async fn close_all(chat: &Chat, sockets: Vec<Socket>) {
    let closed = join_all(sockets.into_iter().map(async |socket| close(chat, &socket).await.then_some(socket))).await;
    chat.forget(closed.into_iter().flatten().collect()).await;
}

/// Closes a socket, and returns whether it is closed.
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
