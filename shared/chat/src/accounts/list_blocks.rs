use domain::{BlockedUser, Error, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Lists the users whom the caller has blocked.
pub async fn list_blocks(chat: &Chat, caller: &Caller) -> Result<Vec<BlockedUser>, Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
