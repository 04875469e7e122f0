use domain::{Error, Refusal, RemoveMember};
use store::Consistency;

use crate::{Caller, Chat, rooms::access};

/// Removes a member, bans a user, or lifts a ban.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `UserNotFound`, `OwnerStays`.
pub async fn remove_member(chat: &Chat, caller: &Caller, input: &RemoveMember) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    if chat.store.users([input.user], Consistency::Strong).await?.is_empty() {
        return Err(Refusal::UserNotFound(vec![input.user]).into());
    }
    Err(Refusal::NotFound.into())
}
