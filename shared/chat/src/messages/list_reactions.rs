use domain::{Error, MessageId, RoomId, ShownReaction};

use super::quotes::visible_in_room;
use crate::{Caller, Chat};

/// Lists the reactions to a message, in their order.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`, `MessageDeleted`.
pub async fn list_reactions(
    chat: &Chat,
    caller: &Caller,
    room: RoomId,
    message: MessageId,
) -> Result<Vec<ShownReaction>, Error> {
    Ok(visible_in_room(chat, caller.user, room, message).await?.0.reactors())
}
