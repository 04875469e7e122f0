use domain::Error;
use futures_util::future::join_all;
use realtime::Outcome;

use crate::{Caller, Chat};

/// Ends the caller's session and closes its sockets.
pub async fn logout(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let (ended, sockets) = tokio::join!(chat.store.delete_session(&caller.session), chat.store.sockets_of(caller.user));
    ended?;
    let sockets: Vec<_> = sockets?.into_iter().filter(|socket| socket.session == caller.session).collect();
    let closed = join_all(sockets.iter().map(|socket| chat.sockets.close(&socket.id))).await;
    let open = closed.iter().filter(|outcome| matches!(outcome, Outcome::Slow(_))).count();
    if open > 0 {
        tracing::warn!(open, "sockets of an ended session did not close");
    }
    chat.forget(sockets).await;
    Ok(())
}
