use std::collections::BTreeSet;

use domain::{Error, Refusal};
use store::Session;

use crate::{Caller, Chat, now, sockets::end_with};

/// Ends all sessions of the caller and their sockets. The caller's session need not be checked before. If it ended
/// earlier, only the sockets of ended sessions are closed, because the answer to an earlier try may have been lost.
///
/// # Errors
/// `Unauthenticated` if the caller's session ended before.
pub async fn logout_all(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let now = now();
    let mut sessions = chat.store.sessions(caller.user).await?;
    sessions.retain(|session| session.expires_at > now.seconds());
    let ids: BTreeSet<_> = sessions.iter().map(|session| session.id.clone()).collect();
    if !ids.contains(&caller.session) {
        let unauthenticated = async { Err(Refusal::Unauthenticated.into()) };
        return end_with(chat, caller.user, |socket| !ids.contains(&socket.session), unauthenticated).await;
    }
    // A socket of a session that opens now is spared.
    let of = |socket: &store::Socket| ids.contains(&socket.session) || socket.has_ended();
    end_with(chat, caller.user, of, end_sessions(chat, caller, sessions)).await
}

/// Ends sessions, the caller's own last, so that a client that gets no answer can try again.
async fn end_sessions(chat: &Chat, caller: &Caller, mut sessions: Vec<Session>) -> Result<(), Error> {
    sessions.retain(|session| session.id != caller.session);
    chat.store.end_sessions(&sessions).await?;
    chat.store.end_session(caller.user, &caller.session, now()).await?;
    Ok(())
}
