use domain::{Error, Event, Room, RoomId, RoomKind, UserId};
use store::Consistency;

use super::{access, heir};
use crate::{Caller, Chat, now};

/// How often the next owner is chosen if the roles change meanwhile.
const MOST_ATTEMPTS: u32 = 5;

/// Takes the caller out of a room, and tells the room and the caller's other devices. An owner who leaves has an
/// heir. A direct room cannot be left: it is hidden until it has a new message.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn leave_chatroom(chat: &Chat, caller: &Caller, room: RoomId) -> Result<(), Error> {
    let user = caller.user;
    for _ in 0..MOST_ATTEMPTS {
        let found = member_room(chat, user, room).await?;
        if found.kind == RoomKind::Direct {
            chat.store.hide_room(user, room, found.next_message_id(now())).await?;
            return Ok(());
        }
        let heir = if found.owner == user { heir::of(&chat.store, &found, user).await? } else { None };
        if chat.store.leave(user, &found, heir, now()).await? {
            if let Some(heir) = heir {
                tracing::info!(%heir, "a room has another owner");
            }
            let audience = chat.audience(&found.members, room).await;
            return chat.tell(audience, &Event::Left { conversation: room, user, by: None }).await;
        }
    }
    Err(Error::Unavailable { doing: "leaving a room", source: "its roles keep changing".into() })
}

/// The room, for one of its members. A membership whose room does not have the user is removed.
async fn member_room(chat: &Chat, user: UserId, room: RoomId) -> Result<Room, Error> {
    let found = access::room_for_sure(&chat.store, user, room).await;
    if matches!(found, Err(Error::Refused(_)))
        && chat.store.membership(user, room, Consistency::Strong).await?.is_some()
    {
        chat.store.remove_ghost(user, room).await?;
    }
    found
}
