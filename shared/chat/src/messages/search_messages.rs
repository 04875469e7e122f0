use domain::{Error, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Searches the messages of a room.
///
/// # Errors
/// `NotFound`.
pub async fn search_messages(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
