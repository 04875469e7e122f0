use domain::{Error, OpenDirect, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Opens the direct room of two users.
///
/// # Errors
/// `UserNotFound`, `NotFound`.
pub async fn open_direct(chat: &Chat, caller: &Caller, input: &OpenDirect) -> Result<(), Error> {
    if chat.store.users([input.user], Consistency::Strong).await?.is_empty() {
        return Err(Refusal::UserNotFound(vec![input.user]).into());
    }
    chat.store.users([caller.user], Consistency::Strong).await?;
    Err(Refusal::NotFound.into())
}
