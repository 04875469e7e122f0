use domain::{Error, Refusal, RoomId};

use crate::{Caller, Chat, rooms::access};

/// Lists the messages of a room that have changed.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotFound`.
pub async fn list_changes(chat: &Chat, caller: &Caller, room: RoomId) -> Result<(), Error> {
    access::room(&chat.store, caller.user, room).await?;
    Err(Refusal::NotFound.into())
}
