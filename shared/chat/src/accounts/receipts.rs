use domain::{Room, RoomKind, causes};
use store::{Consistency, Person};

use crate::Chat;

/// Whether the members of a direct room see what the other one has read: both must want it.
pub(crate) fn shows_receipts(members: &[Person]) -> bool {
    members.iter().all(|member| member.privacy.receipts != Some(false))
}

/// Whether other members of a room hear what one has read. In groups they always do.
///
/// If the settings cannot be read, they hear nothing: the mark is stored, and the next one reaches them.
pub(crate) async fn tells_receipts(chat: &Chat, room: &Room) -> bool {
    if room.kind != RoomKind::Direct {
        return true;
    }
    match chat.store.people(room.members.iter().copied(), Consistency::Eventual).await {
        Ok(members) => shows_receipts(&members),
        Err(error) => {
            tracing::warn!(cause = causes(&error), "a receipt reaches nobody: the settings cannot be read");
            false
        }
    }
}
