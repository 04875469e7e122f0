use domain::{Error, Refusal, ResetInvite};

use crate::{Caller, Chat, rooms::access};

/// Creates a new invite code, or disables it.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotFound`.
pub async fn reset_invite(chat: &Chat, caller: &Caller, input: &ResetInvite) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
