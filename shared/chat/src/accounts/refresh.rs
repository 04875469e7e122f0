//! Refreshing: the present token of a session is replaced by the next one, in one conditional write.

use std::time::Duration;

use domain::{Error, Pace, RefreshToken, Refusal, Timestamp, User};
use store::{Renewal, Session};

use super::login::{Device, Login, SESSION_LIFETIME, random_id};
use crate::{
    Chat,
    metrics::{Limit, limited},
    now,
    sockets::end_with,
};

/// The time for which a token works after it was replaced: longer than a client waits before it sends a request again
/// whose answer was lost, and than two windows differ.
const REPLACED_WORKS_FOR: Duration = Duration::from_mins(1);

/// Exchanges the refresh token of a session for its successor, and continues the session.
///
/// A replaced token gets the same successor for a while, because the answer may have been lost, or another window may
/// have been faster. Of refreshes at the same moment one writes, and all get its token. A replaced token that is used
/// later was copied, so it ends the session: either side may be the thief. A token of another session, or with another
/// secret, changes nothing, because everybody can make one up.
///
/// The present token works at a pace, so that one session does not use up the rate of all.
///
/// # Errors
/// `RefreshTokenInvalid`, `RateLimited`.
pub async fn refresh(chat: &Chat, token: &RefreshToken) -> Result<Login, Error> {
    let now = now();
    let found = chat.store.session(token.user, token.session.as_str(), now).await?;
    let (session, renewal) = found.and_then(|session| of(token, session)).ok_or(Refusal::RefreshTokenInvalid)?;
    let (session, renewal) = if token.has_nonce(&renewal.nonce) {
        let next = next(&renewal, now).inspect_err(limited(Limit::Logins))?;
        let end = now + SESSION_LIFETIME;
        let renewed = chat.store.renew_session(&session, &renewal.nonce, &next, end, now).await?;
        renewed.and_then(|session| of(token, session)).ok_or(Refusal::RefreshTokenInvalid)?
    } else {
        (session, renewal)
    };
    if !works_still(token, &renewal, now) {
        let ended = chat.store.end_session(session.user_id, &session.id, now);
        end_with(chat, session.user_id, |socket| socket.session == session.id, ended).await?;
        tracing::warn!("a refresh token was used again after it was replaced: its session has ended");
        return Err(Refusal::RefreshTokenInvalid.into());
    }
    let user = User { id: session.user_id, username: renewal.username() };
    let id = session.device_id.clone().ok_or_else(|| Error::internal("refreshing", "the session has no device"))?;
    let device = Device { username: user.username.folded(), id };
    Ok(Login { user, session, device, refresh_token: token.with_nonce(&renewal.nonce), at: now })
}

/// A session with the state of its refresh token, if the token is one of the session, present or replaced.
fn of(token: &RefreshToken, session: Session) -> Option<(Session, Renewal)> {
    let renewal = session.renewal.clone().filter(|renewal| renewal.secret_hash == token.secret_hash())?;
    Some((session, renewal))
}

/// Whether a token that was replaced may be used.
fn works_still(token: &RefreshToken, renewal: &Renewal, now: Timestamp) -> bool {
    let is_previous = renewal.previous.as_deref().is_some_and(|previous| token.has_nonce(previous));
    is_previous && now.since(renewal.renewed_at()) <= REPLACED_WORKS_FOR
}

/// The state after a refresh.
///
/// # Errors
/// `RateLimited`.
fn next(renewal: &Renewal, now: Timestamp) -> Result<Renewal, Error> {
    let full_at = Timestamp::from_millis(renewal.full_at);
    let wait = Pace::REFRESHES.wait(full_at, now);
    if !wait.is_zero() {
        return Err(Refusal::rate_limited(wait).into());
    }
    Ok(Renewal {
        renewed_at: now.millis(),
        nonce: random_id()?,
        previous: Some(renewal.nonce.clone()),
        full_at: (full_at.max(now) + Pace::REFRESHES.every).millis(),
        ..renewal.clone()
    })
}
