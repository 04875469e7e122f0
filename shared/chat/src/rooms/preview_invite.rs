use domain::{Error, InviteCode, PreviewInvite, Refusal, RoomPreview};
use store::{Consistency, Way};

use crate::{Caller, Chat, now};

/// Shows a room to a user with its invite code.
///
/// # Errors
/// `InviteInvalid`, for banned users too.
pub async fn preview_invite(chat: &Chat, caller: &Caller, input: &PreviewInvite) -> Result<RoomPreview, Error> {
    let code = InviteCode::parse(&input.invite)?;
    let (room, is_banned) = tokio::try_join!(
        chat.store.room(code.room, Consistency::Strong),
        chat.store.is_banned(code.room, caller.user),
    )?;
    let way = Way::Code(code.hash());
    let room = room.filter(|room| !is_banned && way.refusal(room).is_none()).ok_or(Refusal::InviteInvalid)?;
    room.preview(|picture| chat.bucket.links(picture, now()))
}
