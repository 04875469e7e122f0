use domain::{Error, Refusal};

use crate::{Caller, Chat, now, sockets::close_all};

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
