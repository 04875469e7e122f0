use chat::rooms::{create_chatroom, join_chatroom};
use domain::{NewRoom, Refusal};

use crate::support::{assert_refused, new_room, world};

#[tokio::test]
async fn the_whole_room_hears_of_whoever_joins() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[]).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's"), (&cem, "cem's")] {
        person.has_socket(socket).await;
    }
    let joined = join_chatroom(&world.chat, &bob.caller, room).await.unwrap();
    assert_eq!((joined.conversation, joined.user, joined.new), (room, bob.id(), true));
    assert_eq!(["ann's", "bob's", "cem's"].map(|socket| world.gateway.types(socket).len()), [1, 1, 0]);
    bob.sends(room, "hi").await;
}

#[tokio::test]
async fn whoever_is_in_already_stays_as_they_are() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    let (one, other) =
        tokio::join!(join_chatroom(&world.chat, &bob.caller, room), join_chatroom(&world.chat, &bob.caller, room));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.id, other.id);
    assert!(one.new != other.new, "one of two at once has brought them in");
    ann.has_socket("ann's").await;
    let again = join_chatroom(&world.chat, &bob.caller, room).await.unwrap();
    assert_eq!((again.id, again.new), (one.id, false));
    assert!(world.gateway.types("ann's").is_empty());
}

#[tokio::test]
async fn a_full_room_has_a_place_again_when_somebody_leaves() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let of_two = NewRoom { max_members: 2, ..new_room(&[&bob]) };
    let room = create_chatroom(&world.chat, &ann.caller, of_two).await.unwrap().id;
    assert_refused!(join_chatroom(&world.chat, &cem.caller, room).await, Refusal::RoomFull);
    bob.leaves(room).await;
    cem.joins(room).await;
}
