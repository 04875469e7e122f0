use domain::{Error, Refusal, RoomId};

use crate::{Caller, Chat, rooms::access};

/// Deletes a room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`.
pub async fn delete_chatroom(chat: &Chat, caller: &Caller, room: RoomId) -> Result<(), Error> {
    access::room(&chat.store, caller.user, room).await?;
    Err(Refusal::NotFound.into())
}
