use domain::Error;

use crate::{Caller, Chat, now};

/// Fails where the caller's session has ended.
///
/// # Errors
/// `Unauthenticated`.
pub async fn authenticate(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    let session = chat.store.session(&caller.session, now()).await?;
    session.filter(|session| session.user_id == caller.user).map(drop).ok_or(Error::Unauthenticated)
}
