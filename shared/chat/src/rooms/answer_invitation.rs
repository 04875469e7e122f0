use domain::{AnswerInvitation, Error, Refusal};

use crate::{Caller, Chat, rooms::access};

/// Accepts or declines an invitation.
///
/// # Errors
/// `InviteInvalid`, `RoomFull`, `TooManyRooms`, `RateLimited`.
pub async fn answer_invitation(chat: &Chat, caller: &Caller, input: &AnswerInvitation) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
