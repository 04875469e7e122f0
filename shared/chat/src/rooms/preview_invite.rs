use domain::{Error, InviteCode, PreviewInvite, Refusal, RoomPreview};
use store::Consistency;

use crate::{Caller, Chat};

/// Shows a room to somebody who has its invite code.
///
/// # Errors
/// `InviteInvalid`.
pub async fn preview_invite(chat: &Chat, caller: &Caller, input: &PreviewInvite) -> Result<RoomPreview, Error> {
    let code = InviteCode::parse(&input.invite)?;
    chat.store.users([caller.user], Consistency::Eventual).await?;
    chat.store.room(code.room, Consistency::Strong).await?;
    Err(Refusal::NotFound.into())
}
