use std::time::Duration;

use chat::rooms::leave_chatroom;
use domain::{Position, Refusal};
use serde_json::json;

use crate::support::{assert_refused, slow::Delay, world, world_of};

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

#[tokio::test]
async fn an_owner_who_leaves_has_an_heir() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[]).await;
    for newcomer in [&cem, &bob] {
        // The order is that of milliseconds.
        tokio::time::sleep(Duration::from_millis(2)).await;
        newcomer.joins(room).await;
    }
    ann.has_socket("ann's").await;
    cem.has_socket("cem's").await;
    ann.leaves(room).await;
    let left = ann.room(room).await;
    assert_eq!(left.owner, cem.id());
    assert_eq!(world.gateway.types("ann's"), ["left"]);
    let event = &world.gateway.events("cem's")[1];
    assert_eq!((&event["type"], &event["change"]), (&json!("room"), &json!(left.changes)));
    assert_eq!((&event["room"]["owner"], &event["room"]["members_count"]), (&json!(cem.id()), &json!(2)));
    cem.leaves(room).await;
    assert_eq!(ann.room(room).await.owner, bob.id());
}

#[tokio::test]
async fn the_event_of_an_heir_does_not_have_the_number_of_a_later_edit() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    cem.has_socket("cem's").await;
    let held = delay.holds_transactions().await;
    tokio::join!(ann.leaves(room), async {
        bob.dies_while_changing_after(room, 1).await;
        drop(held);
    });
    let event = &world.gateway.events("cem's")[1];
    assert_eq!((&event["change"], &event["room"]["changes"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn all_who_leave_at_once_are_out_and_somebody_who_stays_owns_the_room() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_room(&[&bob, &cem, &dan]).await;
    tokio::join!(ann.leaves(room), bob.leaves(room), cem.leaves(room));
    let left = ann.room(room).await;
    assert_eq!((left.members, left.owner), ([dan.id()].into(), dan.id()));
}

#[tokio::test]
async fn a_direct_room_is_hidden_until_something_is_said_in_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    ann.sends(room, "hi").await;
    leave_chatroom(&world.chat, &bob.caller, room).await.unwrap();
    assert_eq!((ann.lists_rooms().await.len(), bob.lists_rooms().await.len()), (1, 0));
    assert_eq!(bob.lists_room(room, 9, Position::Latest).await.messages.len(), 1, "it is hidden, not gone");
    ann.sends(room, "still there?").await;
    assert_eq!(bob.lists_rooms().await.len(), 1);
    assert_eq!(ann.room(room).await.members.len(), 2);
}
