use domain::{Error, Refusal, SetBlock};
use store::Consistency;

use crate::{Caller, Chat};

/// Blocks a user, or lifts the block.
///
/// # Errors
/// `UserNotFound`, `TooManyBlocks`.
pub async fn set_block(chat: &Chat, caller: &Caller, input: &SetBlock) -> Result<SetBlock, Error> {
    if chat.store.users([input.user], Consistency::Strong).await?.is_empty() {
        return Err(Refusal::UserNotFound(vec![input.user]).into());
    }
    chat.store.users([caller.user], Consistency::Strong).await?;
    Err(Refusal::NotFound.into())
}
