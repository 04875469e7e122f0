use domain::{Error, Refusal, SessionId};

use super::{authenticate, logout};
use crate::{Caller, Chat, now, sockets::end_with};

/// Authenticates the caller, and ends the session of this id and its sockets if it is theirs. Their own session ends as
/// by a logout.
///
/// Like a logout, it is not counted as a call, so that a thief who floods cannot keep the owner from ending the session.
/// If the session ended earlier, its sockets are closed as well, because the answer to an earlier try may have been
/// lost.
///
/// # Errors
/// `Unauthenticated`; `SessionNotFound` if the caller has no such session, or it ended before.
pub async fn end_session(chat: &Chat, caller: &Caller, id: Result<SessionId, Error>) -> Result<(), Error> {
    if id.as_ref().is_ok_and(|id| id.as_str() == caller.session) {
        return logout(chat, caller).await;
    }
    authenticate(chat, caller).await?;
    let id = id?;
    let session = chat.store.end_session(caller.user, id.as_str(), now());
    let session = end_with(chat, caller.user, |socket| socket.session == id.as_str(), session).await?;
    session.map(drop).ok_or(Refusal::SessionNotFound.into())
}
