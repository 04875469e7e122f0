use chat::{messages::read_message, rooms::create_chatroom};
use domain::{History, MessageId, NewRoom, ReadMark, Refusal};
use serde_json::json;

use crate::support::{assert_refused, mark, new_room, world};

#[tokio::test]
async fn the_mark_moves_to_the_highest_message_and_the_room_hears_of_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [one, two] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    ann.sends(room, "3").await;
    ann.has_socket("ann's").await;
    bob.has_socket("bob's").await;
    bob.reads(room, &[&two, &one]).await;
    let read = json!({"type": "read", "conversation": room, "user": bob.id(), "last_read": two.id});
    assert_eq!(["ann's", "bob's"].map(|socket| world.gateway.events(socket)), [[read.clone()], [read]]);
    assert_eq!(bob.lists_rooms().await[0].unread, 1);
}

#[tokio::test]
async fn the_mark_never_moves_back_and_only_a_move_is_told() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [one, two] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    bob.reads(room, &[&two]).await;
    ann.has_socket("ann's").await;
    bob.reads(room, &[&two]).await;
    bob.reads(room, &[&one]).await;
    assert!(world.gateway.types("ann's").is_empty());
    assert_eq!(bob.lists_rooms().await[0].unread, 0);
}

#[tokio::test]
async fn with_an_id_that_is_no_message_of_the_room_nothing_is_marked() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [room, other] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    let [here, there] = [ann.sends(room, "here").await, ann.sends(other, "there").await];
    // The id of a turn without a message counts as unknown.
    let lost = ann.dies_while_sending(room, 0).await;
    for unknown in [there.id, lost, MessageId::try_from(1).unwrap()] {
        let mark = ReadMark { messages: [here.id, unknown].into(), ..mark(room, &[]) };
        let refused = read_message(&world.chat, &bob.caller, mark).await;
        assert_refused!(refused, Refusal::MessageNotFound(ids) if *ids == [unknown]);
    }
    assert!(bob.lists_rooms().await.iter().all(|summary| summary.unread == 1));
}

#[tokio::test]
async fn only_the_senders_of_what_was_read_and_ones_own_devices_hear_of_it() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_room(&[&bob, &cem, &dan]).await;
    let first = ann.sends(room, "1").await;
    bob.reads(room, &[&first]).await;
    let second = cem.sends(room, "2").await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's"), (&cem, "cem's"), (&dan, "dan's")] {
        person.has_socket(socket).await;
    }
    bob.reads(room, &[&second]).await;
    let heard = ["ann's", "bob's", "cem's", "dan's"].map(|socket| world.gateway.types(socket).len());
    assert_eq!(heard, [0, 1, 1, 0]);
}

#[tokio::test]
async fn in_a_large_room_only_ones_own_devices_hear_of_reading() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    for (members, heard) in [(32, 1), (33, 1)] {
        let room = ann.makes_large_room(&[&bob], members).await;
        let message = ann.sends(room, "hi").await;
        if members == 32 {
            ann.has_socket("ann's").await;
            bob.has_socket("bob's").await;
        }
        bob.reads(room, &[&message]).await;
        let read = |socket| world.gateway.types(socket).iter().filter(|kind| *kind == "read").count();
        assert_eq!(read("ann's"), heard, "{members}");
    }
    assert_eq!(world.gateway.types("bob's").iter().filter(|kind| *kind == "read").count(), 2);
}

#[tokio::test]
async fn what_one_may_not_see_one_cannot_have_read() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let joined = NewRoom { history: Some(History::Joined), ..new_room(&[]) };
    let room = create_chatroom(&world.chat, &ann.caller, joined).await.unwrap().room.id;
    let before = ann.sends(room, "before").await;
    bob.joins(room).await;
    let refused = read_message(&world.chat, &bob.caller, mark(room, &[&before])).await;
    assert_refused!(refused, Refusal::MessageNotFound(ids) if *ids == [before.id]);
    let direct = ann.opens_direct(&bob).await;
    ann.blocks(&bob).await;
    let hidden = bob.sends(direct, "psst").await;
    let refused = read_message(&world.chat, &ann.caller, mark(direct, &[&hidden])).await;
    assert_refused!(refused, Refusal::MessageNotFound(ids) if *ids == [hidden.id]);
}
