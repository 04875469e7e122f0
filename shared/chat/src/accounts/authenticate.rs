use domain::{Error, Refusal};
use store::{Paced, Session};

use crate::{Caller, Chat, now};

/// Returns the caller's session if it has not ended.
///
/// # Errors
/// `Unauthenticated`.
pub async fn authenticate(chat: &Chat, caller: &Caller) -> Result<Session, Error> {
    chat.store.session(caller.user, &caller.session, now()).await?.ok_or(Refusal::Unauthenticated.into())
}

/// Checks that the caller's session has not ended, and counts a call of the user, at the same time.
///
/// A call of an ended session is taken back: a stolen token must not use up the pace of its user after their logout.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`.
pub async fn admit(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    admit_for(chat, caller, 1).await
}

/// Like [`admit`], for something that counts as so many calls.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`.
pub async fn admit_for(chat: &Chat, caller: &Caller, calls: u64) -> Result<(), Error> {
    let pace = chat.paces.calls.times(calls);
    let counted = chat.count(caller, Paced::Calls, pace);
    let (session, counted) = tokio::join!(authenticate(chat, caller), counted);
    if matches!(session, Err(Error::Refused(_))) && counted.is_ok() {
        chat.store.take_paced_back(caller.user, Paced::Calls, pace).await?;
    }
    session?;
    counted
}
