use domain::{Error, InviteCode, Refusal, ResetInvite};

use crate::{Caller, Chat, rooms::access};

/// Creates a new invite code, or disables it.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`.
pub async fn reset_invite(chat: &Chat, caller: &Caller, input: &ResetInvite) -> Result<Option<InviteCode>, Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
