use domain::{Error, Refusal, SetRoom, ShownRoom};

use crate::{Caller, Chat, rooms::access};

/// Changes the settings of a room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `AttachmentInvalid`.
pub async fn set_room(chat: &Chat, caller: &Caller, input: &SetRoom) -> Result<ShownRoom, Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
