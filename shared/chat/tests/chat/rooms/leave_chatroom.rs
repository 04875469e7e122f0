use chat::rooms::leave_chatroom;
use domain::Refusal;

use crate::support::{assert_refused, world};

#[tokio::test]
async fn whoever_left_is_told_so_and_nothing_more() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    ann.has_socket("ann's").await;
    bob.has_socket("bob's").await;
    leave_chatroom(&world.chat, &bob.caller, room).await.unwrap();
    ann.sends(room, "hi").await;
    assert_eq!(world.gateway.types("bob's"), ["left"]);
    assert_eq!(world.gateway.types("ann's"), ["left", "message"]);
}

#[tokio::test]
async fn everybody_leaves_once_even_the_creator_and_the_last() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for member in [&ann, &bob] {
        leave_chatroom(&world.chat, &member.caller, room).await.unwrap();
        assert_refused!(leave_chatroom(&world.chat, &member.caller, room).await, Refusal::NotAMember);
        assert!(member.lists_rooms().await.is_empty());
    }
    ann.joins(room).await;
}
