use domain::{Error, Event, MembershipId, RoomId};
use store::{Consistency, Membership};

use crate::{Caller, Chat, now};

/// A membership, and whether it is new.
#[derive(Debug)]
pub struct Joined {
    /// The membership.
    pub membership: Membership,
    /// Whether it began just now.
    pub new: bool,
}

/// Brings the caller into a room, and tells the room. Nothing happens where they are in already.
///
/// # Errors
/// `RoomNotFound`, `RoomFull`, `TooManyRooms`.
pub async fn join_chatroom(chat: &Chat, caller: &Caller, room: RoomId) -> Result<Joined, Error> {
    let user = caller.user;
    let (found, membership) = tokio::try_join!(
        chat.store.room(room, Consistency::Strong),
        chat.store.membership(user, room, Consistency::Strong)
    )?;
    let found = found.ok_or(Error::RoomNotFound)?;
    if let Some(membership) = membership {
        return Ok(Joined { membership, new: false });
    }
    let now = now();
    let membership = Membership {
        user_id: user,
        room_id: room,
        id: MembershipId::new(now, fastrand::u16(..)),
        joined_at: now.millis(),
        last_read: None,
        read_sequence: found.sequence,
    };
    if !chat.store.join(&membership, found.max_members).await? {
        // The same user has joined twice at once; the other one was first.
        let first = chat.store.membership(user, room, Consistency::Strong).await?;
        return Ok(Joined { membership: first.unwrap_or(membership), new: false });
    }
    let audience = chat.audience(found.members.into_iter().chain([user]), room).await;
    chat.tell(audience, &Event::Joined { conversation: room, user }).await?;
    Ok(Joined { membership, new: true })
}
