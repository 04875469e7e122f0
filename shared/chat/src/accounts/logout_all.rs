use std::collections::BTreeSet;

use domain::{Error, Refusal};
use store::Session;

use crate::{Caller, Chat, now, sockets::close_all};

/// Ends all sessions of a caller who need not be authenticated before, then closes all sockets of theirs. Who tries when
/// their session has ended still has the sockets closed whose sessions have: the answer to an earlier try may have been lost.
///
/// # Errors
/// `Unauthenticated` where the caller's session had ended before.
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

/// Ends sessions, the caller's own last, so that whoever gets no answer can try again; then closes all sockets: one that opens
/// meanwhile is either found here, or finds its session ended.
pub(crate) async fn end_sessions(chat: &Chat, caller: &Caller, mut sessions: Vec<Session>) -> Result<(), Error> {
    sessions.retain(|session| session.id != caller.session);
    chat.store.end_sessions(&sessions).await?;
    chat.store.end_session(caller.user, &caller.session, now()).await?;
    close_all(chat, chat.store.sockets_of(caller.user).await?).await;
    Ok(())
}
