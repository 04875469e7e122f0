use domain::{Error, Event, Room, RoomId, RoomKind, SetChat, UserId};
use store::{Consistency, Socket};

use super::{access, access::MOST_ATTEMPTS, heir, set_chat};
use crate::{Caller, Chat, now};

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
            let hidden = chat.store.hide_room(user, room, found.next_message_id());
            let (hidden, stay) = tokio::join!(hidden, chat.store.membership(user, room, Consistency::Strong));
            hidden?;
            return match stay?.filter(|stay| stay.pinned) {
                Some(_) => {
                    set_chat(chat, caller, &SetChat { pinned: Some(false), ..SetChat::of(room) }).await.map(drop)
                }
                None => Ok(()),
            };
        }
        let heir = if found.owner == user { heir::of(&chat.store, &found, user).await? } else { None };
        if chat.store.leave(user, &found, heir, now()).await? {
            let audience = chat.audience(&found.members, room).await;
            chat.tell(audience.clone(), &Event::Left { conversation: room, user, by: None }).await?;
            return match heir {
                Some(heir) => tell_of_heir(chat, room, heir, audience).await,
                None => Ok(()),
            };
        }
    }
    Err(Error::Unavailable { doing: "leaving a room", source: "its roles keep changing".into() })
}

/// Tells a room about its next owner. The room is read again, because its number of changes may have grown meanwhile,
/// and a lower one is outdated for clients.
async fn tell_of_heir(chat: &Chat, room: RoomId, heir: UserId, mut audience: Vec<Socket>) -> Result<(), Error> {
    tracing::info!(%heir, "a room has another owner");
    let Some(room) = chat.store.room(room, Consistency::Strong).await? else { return Ok(()) };
    audience.retain(|socket| room.members.contains(&socket.user));
    let room = chat.show_room_to_all(room)?;
    chat.tell(audience, &Event::Room((&room).into())).await
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
