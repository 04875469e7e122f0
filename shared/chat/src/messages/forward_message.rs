use domain::{Error, ForwardMessage, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Forwards a message to other rooms.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `NotFound`.
pub async fn forward_message(chat: &Chat, caller: &Caller, input: &ForwardMessage) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    let found = chat.store.message(input.room, input.message).await?;
    found.ok_or_else(|| Refusal::MessageNotFound(vec![input.message]))?;
    Err(Refusal::NotFound.into())
}
