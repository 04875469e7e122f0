use chat::messages::typing;
use domain::Position;
use serde_json::json;

use crate::support::world;

#[tokio::test]
async fn all_sockets_of_the_room_hear_of_typing_except_the_one_that_says_so() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for (person, socket) in [(&ann, "phone"), (&ann, "laptop"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    for types in [true, false] {
        typing(&world.chat, ann.id(), "phone", room, types).await.unwrap();
    }
    let event = |typing: bool| json!({"type": "typing", "conversation": room, "sender": ann.id(), "typing": typing});
    for socket in ["laptop", "bob's"] {
        assert_eq!(world.gateway.events(socket), [event(true), event(false)]);
    }
    assert!(world.gateway.events("phone").is_empty());
    assert!(bob.lists_room(room, 50, Position::Latest).await.messages.is_empty());
}
