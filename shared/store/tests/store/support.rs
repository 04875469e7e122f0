//! Short ways to the values and rows of the tests.

use domain::{ClientId, MembershipId, Message, MessageId, NewRoom, Room, RoomId, Text, Timestamp, UserId};
use store::{Membership, Store, Turn};

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

pub fn membership(user: UserId, room: RoomId) -> Membership {
    Membership {
        user_id: user,
        room_id: room,
        id: MembershipId::new(NOW, 0),
        joined_at: NOW.millis(),
        last_read: None,
        read_sequence: 0,
    }
}

/// Makes a room with the users 1 to `members`.
pub async fn make_room(store: &Store, members: u64) -> RoomId {
    try_make_room(store, members).await.unwrap()
}

pub async fn try_make_room(store: &Store, members: u64) -> Result<RoomId, domain::Error> {
    let id = store.next_room_id().await.unwrap();
    let new = NewRoom { members: (1..=members).map(user).collect(), ..NewRoom::default() };
    let room = Room::new(id, new, user(1), NOW);
    let memberships = room.members.iter().map(|&user| membership(user, id)).collect();
    store.create_room(&room, memberships).await?;
    Ok(id)
}

pub fn message(room: RoomId, sender: UserId, turn: &Turn) -> Message {
    Message {
        receivers: turn.members.iter().copied().filter(|&member| member != sender).collect(),
        text: Text::try_from("hi".to_owned()).ok(),
        previous: turn.previous,
        ..Message::empty(turn.id, room, sender, turn.sequence)
    }
}

/// Stores a message of user 1.
pub async fn send(store: &Store, room: RoomId, millis: u64) -> Message {
    let turn = store.take_turn(room, user(1), message_id(millis)).await.unwrap();
    let message = message(room, user(1), &turn);
    store.put_message(&message).await.unwrap();
    message
}
