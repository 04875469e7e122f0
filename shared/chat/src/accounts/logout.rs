use domain::{Error, Refusal};

use crate::{Caller, Chat, now, sockets::end_with};

/// Ends the caller's session and its sockets. The session need not be checked before. If it ended earlier, its sockets
/// are closed as well, because the answer to an earlier try may have been lost.
///
/// # Errors
/// `Unauthenticated` if the session ended before.
pub async fn logout(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let session = chat.store.end_session(caller.user, &caller.session, now());
    let session = end_with(chat, caller.user, |socket| socket.session == caller.session, session).await?;
    session.map(drop).ok_or(Refusal::Unauthenticated.into())
}
