use domain::{DeleteMessage, Error, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Deletes a message, for everyone or for the caller.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `NotFound`.
pub async fn delete_message(chat: &Chat, caller: &Caller, input: &DeleteMessage) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    let found = chat.store.message(input.room, input.message).await?;
    found.ok_or_else(|| Refusal::MessageNotFound(vec![input.message]))?;
    Err(Refusal::NotFound.into())
}
