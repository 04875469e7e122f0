use domain::{Error, Event, MembershipId, Refusal, RoomId, UserId};
use serde::Serialize;
use store::{Consistency, Membership};

use crate::{Caller, Chat, now};

/// A user's stay in a room.
#[derive(Debug, Serialize)]
pub struct Joined {
    /// The id of the stay.
    pub id: MembershipId,
    /// The room.
    pub conversation: RoomId,
    /// The user.
    pub user: UserId,
    /// Whether this call has begun it.
    #[serde(skip)]
    pub new: bool,
}

impl Joined {
    const fn from(membership: &Membership, new: bool) -> Self {
        Self { id: membership.id, conversation: membership.room_id, user: membership.user_id, new }
    }
}

/// Adds the caller to a room, and pushes an event to the room. For a member it changes nothing and returns the present
/// stay.
///
/// # Errors
/// `RoomNotFound`, `RoomFull`, `TooManyRooms`.
pub async fn join_chatroom(chat: &Chat, caller: &Caller, room: RoomId) -> Result<Joined, Error> {
    let user = caller.user;
    let (found, membership) = tokio::try_join!(
        chat.store.room(room, Consistency::Strong),
        chat.store.membership(user, room, Consistency::Strong)
    )?;
    let mut found = found.ok_or(Refusal::RoomNotFound)?;
    if let Some(membership) = membership {
        return Ok(Joined::from(&membership, false));
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
        // The same user has joined twice at the same moment, and the other call was first.
        let first = chat.store.membership(user, room, Consistency::Strong).await?;
        return Ok(Joined::from(&first.unwrap_or(membership), false));
    }
    found.members.insert(user);
    let audience = chat.audience(&found.members, room).await;
    chat.tell(audience, &Event::Joined { conversation: room, user }).await?;
    Ok(Joined::from(&membership, true))
}
