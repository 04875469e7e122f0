use domain::{AddMembers, AddResult, Error, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Adds users to a room.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`.
pub async fn add_members(chat: &Chat, caller: &Caller, input: &AddMembers) -> Result<Vec<AddResult>, Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
