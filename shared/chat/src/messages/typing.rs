use domain::{Error, Event, RoomId, UserId};

use crate::{Chat, rooms::access};

/// Tells a room that somebody types, or has stopped: all sockets but the one that says so. Nothing is stored.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn typing(chat: &Chat, sender: UserId, connection: &str, room: RoomId, typing: bool) -> Result<(), Error> {
    let members = access::room(&chat.store, sender, room).await?.members;
    let mut audience = chat.audience(&members, room).await;
    audience.retain(|socket| socket.id != connection);
    chat.tell(audience, &Event::Typing { conversation: room, sender, typing }).await
}
