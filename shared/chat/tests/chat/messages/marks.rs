use chat::messages::mark;
use domain::{Error, Message, MessageId, Refusal, RoomId};
use serde_json::{Value, json};

use crate::support::{Person, World, assert_refused, marks_frame, world};

/// Moves a mark over a socket.
async fn marks(
    world: &World,
    person: &Person,
    socket: &str,
    kind: &str,
    marks: &[(RoomId, MessageId)],
) -> Result<(), Error> {
    mark(&world.chat, &person.socket(socket), Ok(marks_frame(kind, marks))).await
}

fn delivered(room: RoomId, person: &Person, message: &Message) -> Value {
    json!({"type": "delivered", "conversation": room, "user": person.id(), "last_delivered": message.id})
}

fn read(room: RoomId, person: &Person, message: &Message) -> Value {
    json!({"type": "read", "conversation": room, "user": person.id(), "last_read": message.id})
}

#[tokio::test]
async fn the_senders_of_what_is_newly_covered_and_ones_other_devices_hear_of_it() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    let first = cem.sends(room, "1").await;
    marks(&world, &bob, "phone", "delivered", &[(room, first.id)]).await.unwrap();
    let second = ann.sends(room, "2").await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "phone"), (&bob, "laptop"), (&cem, "cem's")] {
        person.has_socket(socket).await;
    }
    for _ in 0..2 {
        marks(&world, &bob, "phone", "delivered", &[(room, second.id)]).await.unwrap();
    }
    let event = delivered(room, &bob, &second);
    assert_eq!(["ann's", "laptop"].map(|socket| world.gateway.events(socket)), [[event.clone()], [event.clone()]]);
    // Both senders have covered messages that were not read.
    marks(&world, &bob, "phone", "read", &[(room, second.id)]).await.unwrap();
    let read = read(room, &bob, &second);
    assert_eq!(world.gateway.events("ann's"), [event, read.clone()]);
    assert_eq!(world.gateway.events("cem's"), [read]);
    assert!(world.gateway.events("phone").is_empty());
}

#[tokio::test]
async fn what_is_read_is_told_as_read_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "1").await;
    ann.has_socket("ann's").await;
    for kind in ["read", "delivered"] {
        marks(&world, &bob, "phone", kind, &[(room, message.id)]).await.unwrap();
    }
    assert_eq!(world.gateway.types("ann's"), ["read"]);
}

#[tokio::test]
async fn a_message_that_is_not_the_newest_can_be_marked() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [first, _] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    ann.has_socket("ann's").await;
    marks(&world, &bob, "phone", "read", &[(room, first.id)]).await.unwrap();
    assert_eq!(world.gateway.events("ann's"), [read(room, &bob, &first)]);
    assert_eq!(bob.lists_rooms().await[0].unread, 1);
}

#[tokio::test]
async fn an_edited_message_is_marked_again() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "1").await;
    marks(&world, &bob, "phone", "read", &[(room, message.id)]).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    ann.edits(&message, "2").await.unwrap();
    ann.has_socket("ann's").await;
    for kind in ["delivered", "delivered", "read", "read"] {
        marks(&world, &bob, "phone", kind, &[(room, message.id)]).await.unwrap();
    }
    assert_eq!(world.gateway.events("ann's"), [delivered(room, &bob, &message), read(room, &bob, &message)]);
}

#[tokio::test]
async fn a_room_that_is_refused_keeps_no_other_from_being_marked() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let rooms = [ann.makes_room(&[]).await, ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    let mut messages = Vec::new();
    for room in rooms {
        messages.push(ann.sends(room, "hi").await);
    }
    ann.has_socket("ann's").await;
    let all: Vec<_> = rooms.into_iter().zip(&messages).map(|(room, message)| (room, message.id)).collect();
    assert_refused!(marks(&world, &bob, "phone", "delivered", &all).await, Refusal::NotAMember);
    let told = [1, 2].map(|n: usize| delivered(rooms[n], &bob, &messages[n]));
    let mut heard = world.gateway.events("ann's");
    heard.sort_by_key(|event| event["conversation"].as_u64());
    assert_eq!(heard, told);
    // A message of another room is none.
    let elsewhere = [(rooms[1], messages[2].id), (rooms[2], ann.sends(rooms[2], "ho").await.id)];
    let refused = marks(&world, &bob, "phone", "delivered", &elsewhere).await;
    assert_refused!(refused, Refusal::MessageNotFound(ids) if *ids == [messages[2].id]);
    assert_eq!(world.gateway.types("ann's").iter().filter(|kind| *kind == "delivered").count(), 3);
}

#[tokio::test]
async fn behind_a_block_only_ones_own_devices_hear_of_a_mark() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let message = ann.sends(room, "1").await;
    ann.blocks(&bob).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "phone"), (&bob, "laptop")] {
        person.has_socket(socket).await;
    }
    for kind in ["delivered", "read"] {
        for _ in 0..2 {
            marks(&world, &bob, "phone", kind, &[(room, message.id)]).await.unwrap();
        }
    }
    assert!(world.gateway.events("ann's").is_empty());
    assert_eq!(world.gateway.events("laptop"), [delivered(room, &bob, &message), read(room, &bob, &message)]);
    let hidden = bob.sends(room, "2").await;
    let refused = marks(&world, &ann, "ann's", "delivered", &[(room, hidden.id)]).await;
    assert_refused!(refused, Refusal::MessageNotFound(_));
    ann.unblocks(&bob).await;
    // It stays hidden, although it is the newest message of the room.
    let refused = marks(&world, &ann, "ann's", "delivered", &[(room, hidden.id)]).await;
    assert_refused!(refused, Refusal::MessageNotFound(_));
}

#[tokio::test]
async fn a_dead_socket_that_misses_several_marks_is_forgotten() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let mut all = Vec::new();
    for _ in 0..2 {
        let room = ann.makes_room(&[&bob]).await;
        all.push((room, ann.sends(room, "hi").await.id));
    }
    ann.has_socket("dead").await;
    world.gateway.loses("dead");
    marks(&world, &bob, "phone", "delivered", &all).await.unwrap();
    assert!(ann.sockets().await.is_empty());
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_is_refused_with_its_error() {
    let world = world().await;
    let ann = world.user("ann").await;
    let error = || Refusal::field("marks", "is required").into();
    assert_refused!(mark(&world.chat, &ann.socket("phone"), Err(error())).await, Refusal::Invalid(_));
    ann.loses_session().await;
    assert_refused!(mark(&world.chat, &ann.socket("phone"), Err(error())).await, Refusal::Unauthenticated);
}
