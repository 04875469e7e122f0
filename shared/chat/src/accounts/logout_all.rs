use std::collections::BTreeSet;

use domain::{Error, Refusal};
use store::Session;

use crate::{Caller, Chat, now, sockets::close_all};

/// Ends all sessions of the caller, then closes all their sockets. The caller's session need not be checked before. If
/// it ended earlier, only the sockets of ended sessions are closed, because the answer to an earlier try may have been
/// lost.
///
/// # Errors
/// `Unauthenticated` if the caller's session ended before.
pub async fn logout_all(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let now = now();
    let mut sessions = chat.store.sessions(caller.user).await?;
    sessions.retain(|session| session.expires_at > now.seconds());
    if sessions.iter().any(|session| session.id == caller.session) {
        return end_sessions(chat, caller, sessions).await;
    }
    let alive: BTreeSet<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
    let mut sockets = chat.store.sockets_of(caller.user).await?;
    sockets.retain(|socket| !alive.contains(socket.session.as_str()));
    close_all(chat, sockets).await;
    Err(Refusal::Unauthenticated.into())
}

/// Ends sessions, the caller's own last, so that a client that gets no answer can try again. Then closes all sockets:
/// one that opens at the same time is either found here or finds its session ended.
pub(crate) async fn end_sessions(chat: &Chat, caller: &Caller, mut sessions: Vec<Session>) -> Result<(), Error> {
    sessions.retain(|session| session.id != caller.session);
    chat.store.end_sessions(&sessions).await?;
    chat.store.end_session(caller.user, &caller.session, now()).await?;
    close_all(chat, chat.store.sockets_of(caller.user).await?).await;
    Ok(())
}
