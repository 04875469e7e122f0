//! The right to see a room, and to act on it.
//!
//! An eventually consistent read comes first, because it is cheaper. It may lag, so a refusal needs a strongly
//! consistent read.

use domain::{Error, Message, Refusal, Role, Room, RoomId, RoomKind, UserId};
use store::{Consistency, Membership, Store};

use super::heir;

/// How often a change is tried if the room changes at the same time.
pub(crate) const MOST_ATTEMPTS: u32 = 5;

/// A member's stay in a room.
pub(crate) struct Stay {
    pub(crate) room: Room,
    pub(crate) membership: Membership,
}

impl Stay {
    /// Whether the member may see a message: in a direct room those that they have sent or received.
    pub(crate) fn sees(&self, message: &Message) -> bool {
        let Self { room, membership } = self;
        let is_theirs = room.kind != RoomKind::Direct || message.concerns(membership.user_id, membership.first_id());
        membership.sees(message.id) && is_theirs
    }
}

/// The refusal for a stranger to a room, or to none.
pub(crate) fn stranger(room: Option<&Room>) -> Refusal {
    room.map_or(Refusal::RoomNotFound, Room::refuses_strangers)
}

/// Returns the room if the user is a member.
pub(crate) async fn room(store: &Store, user: UserId, room: RoomId) -> Result<Room, Error> {
    if let Some(room) = store.room(room, Consistency::Eventual).await?
        && room.members.contains(&user)
    {
        return Ok(room);
    }
    room_for_sure(store, user, room).await
}

/// The room as it is now, for one of its members.
pub(crate) async fn room_for_sure(store: &Store, user: UserId, room: RoomId) -> Result<Room, Error> {
    let room = store.room(room, Consistency::Strong).await?;
    match room {
        Some(room) if room.members.contains(&user) => Ok(room),
        room => Err(stranger(room.as_ref()).into()),
    }
}

/// The room with the stay of one of its members. The membership is strongly consistent, so that a removal counts at
/// once. A membership without a room is removed.
pub(crate) async fn stay(store: &Store, user: UserId, room: RoomId) -> Result<Stay, Error> {
    stay_in(store, user, room, self::room(store, user, room)).await
}

/// The same, with the room as it is now.
pub(crate) async fn stay_for_sure(store: &Store, user: UserId, room: RoomId) -> Result<Stay, Error> {
    stay_in(store, user, room, room_for_sure(store, user, room)).await
}

async fn stay_in(
    store: &Store,
    user: UserId,
    room: RoomId,
    found: impl Future<Output = Result<Room, Error>>,
) -> Result<Stay, Error> {
    let (found, membership) = tokio::join!(found, store.membership(user, room, Consistency::Strong));
    match (found, membership?) {
        (Ok(room), Some(membership)) => return Ok(Stay { room, membership }),
        (Err(refused @ Error::Refused(_)), Some(_)) => {
            store.remove_ghost(user, room).await?;
            return Err(refused);
        }
        (found, _) => drop(found?),
    }
    // They have left, or joined, between the two reads, or the cheap read lags.
    let room = room_for_sure(store, user, room).await?;
    let membership = store.membership(user, room.id, Consistency::Strong).await?;
    let membership = membership.ok_or_else(|| stranger(Some(&room)))?;
    Ok(Stay { room, membership })
}

/// The room as it is now, for one of its admins. In a room from before there were owners, whose creator has left, the
/// longest-standing member becomes the owner. A direct room has no admins.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin`.
pub async fn managed_room(store: &Store, user: UserId, room: RoomId) -> Result<Room, Error> {
    let mut room = room_for_sure(store, user, room).await?;
    if room.kind == RoomKind::Direct {
        return Err(Refusal::NotAnAdmin.into());
    }
    if !room.members.contains(&room.owner)
        && let Some(heir) = heir::of(store, &room, room.owner).await?
    {
        store.crown(&room, heir).await?;
        room = room_for_sure(store, user, room.id).await?;
    }
    if room.role(user) >= Role::Admin { Ok(room) } else { Err(Refusal::NotAnAdmin.into()) }
}
