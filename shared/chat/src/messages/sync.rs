use domain::{Error, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Lists the news of all rooms since the last call.
///
/// # Errors
/// `NotFound`.
pub async fn sync(chat: &Chat, caller: &Caller) -> Result<(), Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
