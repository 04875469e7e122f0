use domain::{Error, Refusal};

use crate::{Caller, Chat, now};

/// Checks that the caller's session has not ended.
///
/// # Errors
/// `Unauthenticated`.
pub async fn authenticate(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let session = chat.store.session(caller.user, &caller.session, now()).await?;
    session.map(drop).ok_or(Refusal::Unauthenticated.into())
}
