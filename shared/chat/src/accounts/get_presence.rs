use domain::{Error, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Returns which users are online, and when they were last seen.
///
/// # Errors
/// `NotFound`.
pub async fn get_presence(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
