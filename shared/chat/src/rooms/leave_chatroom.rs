use domain::{Error, Event, RoomId};
use store::Consistency;

use crate::{Caller, Chat, now};

/// Removes the caller from a room, and pushes an event to the room and to all sockets of the caller.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn leave_chatroom(chat: &Chat, caller: &Caller, room: RoomId) -> Result<(), Error> {
    let user = caller.user;
    chat.store.leave(user, room, now()).await?;
    let mut audience = chat.store.room(room, Consistency::Strong).await?.map(|room| room.members).unwrap_or_default();
    audience.insert(user);
    let audience = chat.audience(&audience, room).await;
    chat.tell(audience, &Event::Left { conversation: room, user }).await
}
