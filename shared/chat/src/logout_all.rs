use std::collections::BTreeSet;

use domain::Error;

use crate::{Caller, Chat, logout::close_all, now};

/// Ends all sessions of a caller who need not be authenticated before, then closes all sockets of theirs. The caller's own
/// session is the last to end, so that whoever gets no answer can try again; and who tries when it has ended still has the
/// sockets closed whose sessions have.
///
/// # Errors
/// `Unauthenticated` where the caller's session had ended before.
pub async fn logout_all(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let now = now();
    let mut sessions = chat.store.sessions(caller.user).await?;
    sessions.retain(|session| session.expires_at > now.seconds());
    let authenticated = sessions.iter().any(|session| session.id == caller.session);
    if authenticated {
        sessions.retain(|session| session.id != caller.session);
        chat.store.end_sessions(&sessions).await?;
        chat.store.end_session(caller.user, &caller.session, now).await?;
        sessions.clear();
    }
    let alive: BTreeSet<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
    let mut sockets = chat.store.sockets_of(caller.user).await?;
    sockets.retain(|socket| !alive.contains(socket.session.as_str()));
    close_all(chat, sockets).await;
    if authenticated { Ok(()) } else { Err(Error::Unauthenticated) }
}
