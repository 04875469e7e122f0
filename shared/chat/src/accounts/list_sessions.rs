use std::cmp::Reverse;

use domain::{Error, ListedSession, MAX_SESSIONS, Timestamp};
use store::{Renewal, Session};

use super::login::ACCESS_LIFETIME;
use crate::{Caller, Chat, now};

/// Lists the sessions of the caller: their own one first, then those that were used last.
pub async fn list_sessions(chat: &Chat, caller: &Caller) -> Result<Vec<ListedSession>, Error> {
    let now = now();
    let mut sessions = chat.store.sessions(caller.user).await?;
    sessions.retain(|session| session.expires_at > now.seconds());
    let mut listed: Vec<_> = sessions.into_iter().map(|session| listed(session, caller)).collect();
    listed.sort_by_key(|session| (Reverse(session.current), Reverse(session.last_used_at)));
    listed.truncate(MAX_SESSIONS);
    Ok(listed)
}

fn listed(session: Session, caller: &Caller) -> ListedSession {
    // Without a renewal it is from before sessions could be refreshed, and lasts as long as its access token.
    let login = Timestamp::from_millis(session.expires_at.saturating_mul(1000)) - ACCESS_LIFETIME;
    let renewal = session.renewal.as_ref();
    ListedSession {
        created_at: renewal.map_or(login, |renewal| Timestamp::from_millis(renewal.created_at)),
        last_used_at: renewal.map_or(login, Renewal::renewed_at),
        device: session.renewal.and_then(|renewal| renewal.device),
        current: session.id == caller.session,
        id: session.id,
    }
}
