use std::time::Duration;

use chat::messages::typing;
use domain::{Position, Refusal, RoomId};
use serde_json::json;

use crate::support::{Person, World, assert_refused, typing_frame, world};

async fn types(world: &World, person: &Person, socket: &str, room: RoomId, types: bool) -> Result<(), domain::Error> {
    typing(&world.chat, &person.socket(socket), Ok((room, typing_frame(types)))).await
}

#[tokio::test]
async fn all_sockets_of_the_room_hear_of_typing_except_the_one_that_says_so() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for (person, socket) in [(&ann, "phone"), (&ann, "laptop"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    types(&world, &ann, "phone", room, true).await.unwrap();
    let event = json!({
        "type": "typing", "conversation": room, "sender": ann.id(), "typing": true, "kind": "text", "expires_in": 8,
    });
    for socket in ["laptop", "bob's"] {
        assert_eq!(world.gateway.events(socket), std::slice::from_ref(&event));
    }
    assert!(world.gateway.events("phone").is_empty());
    assert!(bob.lists_room(room, 50, Position::Latest).await.messages.is_empty());
}

#[tokio::test]
async fn one_types_every_two_seconds_in_a_room() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [garden, kitchen] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    types(&world, &ann, "phone", garden, true).await.unwrap();
    assert_refused!(types(&world, &ann, "laptop", garden, false).await, Refusal::RateLimited(_));
    types(&world, &ann, "phone", kitchen, true).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    types(&world, &ann, "laptop", garden, false).await.unwrap();
}

#[tokio::test]
async fn in_a_large_room_nobody_hears_of_typing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    bob.has_socket("bob's").await;
    for (members, heard) in [(64, 1), (65, 1)] {
        let room = ann.makes_large_room(&[&bob], members).await;
        types(&world, &ann, "phone", room, true).await.unwrap();
        assert_eq!(world.gateway.types("bob's").iter().filter(|kind| *kind == "typing").count(), heard, "{members}");
    }
}
