//! The check that a user is a member of a room.
//!
//! An eventually consistent read comes first, because it is cheaper. It may lag, so a refusal needs a strongly
//! consistent read.

use domain::{Error, Refusal, Room, RoomId, UserId};
use store::{Consistency, Store};

/// Returns the room if the user is a member.
pub(crate) async fn room(store: &Store, user: UserId, room: RoomId) -> Result<Room, Error> {
    if let Some(room) = store.room(room, Consistency::Eventual).await?
        && room.members.contains(&user)
    {
        return Ok(room);
    }
    room_for_sure(store, user, room).await
}

/// Checks that the user is a member of the room.
pub(crate) async fn member(store: &Store, user: UserId, room: RoomId) -> Result<(), Error> {
    if store.membership(user, room, Consistency::Eventual).await?.is_some() {
        return Ok(());
    }
    room_for_sure(store, user, room).await.map(drop)
}

async fn room_for_sure(store: &Store, user: UserId, room: RoomId) -> Result<Room, Error> {
    let room = store.room(room, Consistency::Strong).await?.ok_or(Refusal::RoomNotFound)?;
    if room.members.contains(&user) { Ok(room) } else { Err(Refusal::NotAMember.into()) }
}
