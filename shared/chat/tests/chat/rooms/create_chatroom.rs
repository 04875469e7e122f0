use chat::rooms::create_chatroom;
use domain::{NewRoom, Refusal, UserId};
use serde_json::json;

use crate::support::{assert_refused, new_room, world};

#[tokio::test]
async fn the_creator_is_in_the_room_and_it_has_a_name() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = create_chatroom(&world.chat, &bob.caller, new_room(&[&ann])).await.unwrap();
    assert_eq!(room.members, [ann.id(), bob.id()].into());
    assert_eq!((room.created_by, room.name.as_str()), (bob.id(), "Chatroom 1"));
    for member in [&ann, &bob] {
        assert_eq!(member.lists_rooms().await[0].room.id, room.id);
    }
}

#[tokio::test]
async fn the_creator_counts_among_the_members() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let of = |max_members| NewRoom { max_members, ..new_room(&[&bob, &cem]) };
    let refused = create_chatroom(&world.chat, &ann.caller, of(2)).await;
    assert_refused!(refused, Refusal::Invalid(fields) if fields.contains_key("members"));
    create_chatroom(&world.chat, &ann.caller, of(3)).await.unwrap();
    create_chatroom(&world.chat, &bob.caller, of(2)).await.unwrap();
}

#[tokio::test]
async fn with_an_unknown_member_there_is_no_room() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let unknown = [8, 9].map(|id| UserId::try_from(id).unwrap());
    let members = [bob.id(), unknown[0], unknown[1]].into();
    let refused = create_chatroom(&world.chat, &ann.caller, NewRoom { members, ..new_room(&[]) }).await;
    assert_refused!(refused, Refusal::UserNotFound(ids) if *ids == unknown);
    assert!(ann.lists_rooms().await.is_empty() && bob.lists_rooms().await.is_empty());
}

#[tokio::test]
async fn each_member_hears_of_their_own_coming_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    ann.has_socket("ann's").await;
    bob.has_socket("bob's").await;
    let room = ann.makes_room(&[&bob]).await;
    for (member, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        let joined = json!({"type": "joined", "conversation": room, "user": member.id()});
        assert_eq!(world.gateway.events(socket), [joined]);
    }
}
