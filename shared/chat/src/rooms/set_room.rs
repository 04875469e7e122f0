use domain::{Error, Refusal, SetRoom};

use crate::{Caller, Chat, rooms::access};

/// Changes the settings of a room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotFound`.
pub async fn set_room(chat: &Chat, caller: &Caller, input: &SetRoom) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
