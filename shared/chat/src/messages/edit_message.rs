use domain::{EditMessage, Error, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Changes the text of a message.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `NotFound`.
pub async fn edit_message(chat: &Chat, caller: &Caller, input: &EditMessage) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    let found = chat.store.message(input.room, input.message).await?;
    found.ok_or_else(|| Refusal::MessageNotFound(vec![input.message]))?;
    Err(Refusal::NotFound.into())
}
