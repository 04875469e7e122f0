//! Short ways to the values and rows of the tests.

use std::collections::BTreeSet;

use domain::{
    ClientId, Content, ContentDigest, Error, MembershipId, Mentions, Message, MessageId, PushPace, Refusal, Room,
    RoomId, RoomKind, RoomName, Text, Timestamp, UserId,
};
use store::{Consistency, Invitation, Membership, Store, Turn, Way};

/// More than any test pushes.
pub const PUSHES: PushPace = PushPace { per_second: 1_000_000 };
/// The mentions of a plain message.
pub static NOBODY: Mentions = Mentions::nobody();

pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.millis() + millis)
}

pub fn user(id: u64) -> UserId {
    UserId::try_from(id).unwrap()
}

pub fn room_id(id: u64) -> RoomId {
    RoomId::try_from(id).unwrap()
}

pub fn message_id(millis: u64) -> MessageId {
    MessageId::new(at(millis), 0)
}

pub fn client_id(id: &str) -> ClientId {
    ClientId::try_from(id.to_owned()).unwrap()
}

/// The digest of a text.
pub fn digest(text: &str) -> ContentDigest {
    Content { text: Text::try_from(text.to_owned()).ok(), ..Content::default() }.digest().unwrap()
}

pub fn membership(user: UserId, room: RoomId) -> Membership {
    let room = Room::new(room, RoomKind::Chat, user, NOW);
    Membership { id: MembershipId::new(NOW, 0), ..Membership::begins(user, &room, NOW) }
}

/// Makes a room with the users 1 to `members`.
pub async fn make_room(store: &Store, members: u64) -> RoomId {
    try_make_room(store, members).await.unwrap()
}

pub async fn try_make_room(store: &Store, members: u64) -> Result<RoomId, Error> {
    let id = store.next_room_id().await?;
    let members = (1..=members).map(user).collect();
    create(store, &Room { members, ..Room::new(id, RoomKind::Chat, user(1), NOW) }, &[]).await
}

/// Creates a room with the memberships of its members.
pub async fn create(store: &Store, room: &Room, invitations: &[Invitation]) -> Result<RoomId, Error> {
    let memberships: Vec<_> = room.members.iter().map(|&member| membership(member, room.id)).collect();
    store.create_room(&Room { name: Some(RoomName::of(room.id)), ..room.clone() }, &memberships, invitations).await?;
    Ok(room.id)
}

pub fn message(room: RoomId, sender: UserId, turn: &Turn) -> Message {
    let receivers: BTreeSet<_> = turn.room.members.iter().copied().filter(|&member| member != sender).collect();
    Message {
        receivers_count: receivers.len(),
        receivers,
        text: Text::try_from("hi".to_owned()).ok(),
        previous: turn.previous,
        ..Message::empty(turn.id, room, sender, turn.sequence)
    }
}

/// Stores a message of user 1.
pub async fn send(store: &Store, room: RoomId, millis: u64) -> Message {
    let turn = store.take_turn(room, user(1), message_id(millis), &NOBODY, PUSHES).await.unwrap();
    let message = message(room, user(1), &turn);
    store.put_message(&message, &digest("hi")).await.unwrap();
    message
}

/// A room as it is.
pub async fn the(store: &Store, room: RoomId) -> Room {
    store.room(room, Consistency::Strong).await.unwrap().unwrap()
}

/// A user joins an open room.
pub async fn joins(store: &Store, id: u64, room: RoomId) -> Result<bool, Error> {
    let room = store.room(room, Consistency::Strong).await?.ok_or(Refusal::RoomNotFound)?;
    store.join(&room, &Membership::begins(user(id), &room, NOW), &Way::Number, false).await
}

/// A user who is not the owner, or the last member, leaves.
pub async fn leaves(store: &Store, id: u64, room: RoomId) {
    assert!(store.leave(user(id), &the(store, room).await, None, NOW).await.unwrap());
}
