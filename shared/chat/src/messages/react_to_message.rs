use domain::{Error, ReactToMessage, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Sets or removes the reaction of the caller to a message.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `NotFound`.
pub async fn react_to_message(chat: &Chat, caller: &Caller, input: &ReactToMessage) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    let found = chat.store.message(input.room, input.message).await?;
    found.ok_or_else(|| Refusal::MessageNotFound(vec![input.message]))?;
    Err(Refusal::NotFound.into())
}
