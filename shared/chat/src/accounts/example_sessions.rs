use domain::{Error, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Examples sessions.
///
/// # Errors
/// `NotFound`.
pub async fn example_sessions(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
