use domain::{Error, Refusal};

use crate::{Caller, Chat, now, sockets::close_all};

/// Ends the caller's session, then closes its sockets. In this order, a socket that opens at the same time is either
/// found here or finds the session ended. The session need not be checked before. If it ended earlier, its sockets are
/// closed as well, because the answer to an earlier try may have been lost.
///
/// # Errors
/// `Unauthenticated` if the session ended before.
pub async fn logout(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let session = chat.store.end_session(caller.user, &caller.session, now()).await?;
    let mut sockets = chat.store.sockets_of(caller.user).await?;
    sockets.retain(|socket| socket.session == caller.session);
    close_all(chat, sockets).await;
    session.map(drop).ok_or(Refusal::Unauthenticated.into())
}
