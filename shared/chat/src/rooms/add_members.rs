use domain::{AddMembers, Error, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Adds users to a room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotFound`.
pub async fn add_members(chat: &Chat, caller: &Caller, input: &AddMembers) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
