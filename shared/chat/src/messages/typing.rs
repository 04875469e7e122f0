use domain::{Error, Event, RoomId, UserId};

use crate::{Chat, rooms::access};

/// Pushes to a room that a member types, or has stopped: to all sockets except the socket that the frame came over.
/// Stores nothing.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn typing(chat: &Chat, sender: UserId, connection: &str, room: RoomId, typing: bool) -> Result<(), Error> {
    let members = access::room(&chat.store, sender, room).await?.members;
    let mut audience = chat.audience(&members, room).await;
    audience.retain(|socket| socket.id != connection);
    chat.tell(audience, &Event::Typing { conversation: room, sender, typing }).await
}
