use chat::messages::read_message;
use domain::{MessageId, ReadMark, Refusal};
use serde_json::json;

use crate::support::{assert_refused, mark, world};

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
