use domain::{Error, MessageId, Refusal, RoomId};

use crate::{Caller, Chat, rooms::access};

/// Lists the reactions to a message.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `NotFound`.
pub async fn list_reactions(chat: &Chat, caller: &Caller, room: RoomId, message: MessageId) -> Result<(), Error> {
    access::room(&chat.store, caller.user, room).await?;
    let found = chat.store.message(room, message).await?;
    found.ok_or_else(|| Refusal::MessageNotFound(vec![message]))?;
    Err(Refusal::NotFound.into())
}
