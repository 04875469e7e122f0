//! `POST /read-message/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs::Room,
    crashes,
    items::{BECAUSE, changes_room},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /read-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "message_ids": [world.message["id"]]})
)));

async fn mark(user: &User, room: u64, ids: &Value) -> Answer {
    user.post("/read-message/", &json!({"conversation_id": room, "message_ids": ids})).await
}

async fn last_read(user: &User, room: u64) -> Value {
    user.sees_member(room, user).await["last_read"].clone()
}

#[tokio::test]
async fn marks_up_to_the_highest_id_and_tells_its_sender_and_ones_own_devices() {
    let server = Server::start().await;
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    let [one, two, three] =
        [ann.sends(room, "1").await, ann.sends(room, "2").await, ann.sends(room, "3").await].map(|m| m["id"].clone());
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;
    let mut at_cems = cem.opens_socket_for_all_rooms().await;

    let answer = mark(&bob, room, &json!([two, one])).await;
    assert_eq!(answer.is(200), json!({"success": true}));
    assert_eq!(last_read(&bob, room).await, two);
    assert_eq!(bob.sees_room(room).await["unread"], 1);
    let read = json!({"type": "read", "conversation": room, "user": bob.id, "last_read": two});
    assert_eq!(at_anns.next_event().await, read);
    assert_eq!(at_bobs.next_event().await, read);

    mark(&bob, room, &json!([three])).await.is(200);
    assert_eq!(last_read(&bob, room).await, three);
    assert_eq!(at_anns.next_of("read").await["last_read"], three);
    // Cem has sent nothing of what was read.
    at_cems.stays_silent().await;
}

#[tokio::test]
async fn in_a_direct_room_both_must_show_receipts() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let [mut at_anns, mut at_bobs] = [ann.opens_socket(room).await, bob.opens_socket(room).await];
    let receipts = async |user: &User, on: bool| user.post("/set-privacy/", &json!({"receipts": on})).await.is(200);
    for (anns, bobs) in [(true, true), (false, true), (true, false), (false, false), (true, true)] {
        receipts(&ann, anns).await;
        receipts(&bob, bobs).await;
        let message = ann.sends(room, "hi").await;
        at_anns.receives("hi").await;
        at_bobs.receives("hi").await;
        bob.reads(room, &message).await;
        // Bob's other devices hear of it in any case.
        assert_eq!(at_bobs.next_event().await["last_read"], message["id"]);
        assert_eq!(last_read(&bob, room).await, message["id"]);
        let shown = ann.sees_member(room, &bob).await["last_read"].clone();
        if anns && bobs {
            assert_eq!(at_anns.next_event().await["last_read"], message["id"]);
            assert_eq!(shown, message["id"]);
        } else {
            at_anns.stays_silent().await;
            assert_eq!(shown, Value::Null, "Ann's: {anns}, Bob's: {bobs}");
        }
    }
    // In other rooms receipts are always shown.
    receipts(&bob, false).await;
    let group = ann.creates_group("tea", &[&bob]).await;
    let message = ann.sends(group, "hi").await;
    bob.reads(group, &message).await;
    assert_eq!(ann.sees_member(group, &bob).await["last_read"], message["id"]);
}

#[tokio::test]
async fn in_a_large_room_only_ones_own_devices_hear_of_it() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let (mut at_anns, mut at_bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
    for (members, heard) in [(32, true), (33, false)] {
        let ids: Vec<String> = (1..=members).map(|id: u64| id.to_string()).collect();
        changes_room(&server, room, "SET members = :members", json!({":members": {"NS": ids}})).await;
        let message = ann.sends(room, "hi").await;
        let named = message["receivers"].as_array().unwrap().len() as u64;
        assert_eq!((named, &message["receivers_count"]), (if heard { members - 1 } else { 0 }, &json!(members - 1)));
        at_anns.receives("hi").await;
        at_bobs.receives("hi").await;
        bob.reads(room, &message).await;
        at_bobs.next_of("read").await;
        if heard {
            at_anns.next_of("read").await;
        } else {
            at_anns.stays_silent().await;
        }
        let listed = bob.sees_room(room).await;
        assert_eq!(
            (listed["members"].as_array().unwrap().is_empty(), &listed["members_count"]),
            (!heard, &json!(members))
        );
    }
}

#[tokio::test]
async fn the_mark_never_moves_back_and_only_a_move_is_told() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let [one, two] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    bob.reads(room, &two).await;
    let mut phone = ann.opens_socket(room).await;
    bob.reads(room, &two).await;
    bob.reads(room, &one).await;
    assert_eq!(last_read(&bob, room).await, two["id"]);
    assert_eq!(bob.sees_room(room).await["unread"], 0);
    phone.stays_silent().await;
}

#[tokio::test]
async fn an_id_that_is_no_message_of_the_room_changes_nothing() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let elsewhere = ann.creates_room_with(&[&bob]).await;
    let here = ann.sends(room, "here").await["id"].clone();
    let there = ann.sends(elsewhere, "there").await["id"].clone();
    let mut phone = ann.opens_socket(room).await;
    for foreign in [there, json!(1), json!(9_007_199_254_740_991_u64)] {
        mark(&bob, room, &json!([foreign])).await.refuses(404, "message_not_found");
        mark(&bob, room, &json!([here, foreign])).await.refuses(404, "message_not_found");
        mark(&bob, room, &json!([foreign, here])).await.refuses(404, "message_not_found");
    }
    assert_eq!(last_read(&bob, room).await, Value::Null);
    assert_eq!(bob.sees_room(room).await["unread"], 1);
    phone.stays_silent().await;
}

#[tokio::test]
async fn takes_1_to_100_ids() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut ids = Vec::new();
    for _ in 0..101 {
        ids.push(ann.sends(room, "hi").await["id"].clone());
    }
    mark(&ann, room, &json!([])).await.blames("message_ids");
    mark(&ann, room, &json!(ids)).await.blames("message_ids");
    mark(&ann, room, &json!(ids[..100])).await.is(200);
    assert_eq!(last_read(&ann, room).await, ids[99]);
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_named() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let empty = ann.post("/read-message/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("message_ids");
    for ids in [json!(1), json!(["1"]), json!([0]), json!([1.5])] {
        mark(&ann, room, &ids).await.blames("message_ids");
    }
}

#[tokio::test]
async fn only_members_read() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let message = ann.sends(room, "hi").await;
    mark(&bob, room, &json!([message["id"]])).await.refuses(403, "not_a_member");
    mark(&bob, 9_007_199_254_740_991, &json!([message["id"]])).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_mark_that_is_set_again_is_where_it_was_meant_to_be() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "read-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let _listening = ann.opens_socket(room).await;
        let messages = [ann.sends(room, "one").await, ann.sends(room, "two").await];
        let [one, two] = &messages;
        let read = async || {
            let body = json!({"conversation_id": room, "message_ids": [one["id"], two["id"]]});
            bob.post("/read-message/", &body).await
        };
        crash.is_near().await;
        let answer = read().await;
        if crash.has_struck().await {
            answer.is_broken();
            let unread = bob.sees_room(room).await["unread"].as_u64().unwrap();
            assert!([0, 2].contains(&unread), "all or nothing: {unread}");
            read().await.is(200);
        } else {
            answer.is(200);
        }
        assert_eq!(bob.sees_room(room).await["unread"], 0);
        assert_eq!(ann.sees_member(room, &bob).await["last_read"], two["id"]);
        ann.sends(room, "three").await;
        assert_eq!(bob.sees_room(room).await["unread"], 1);
    })
    .await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(mut room) = Room::of_three().await else { return };
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(room.ann.sends(room.id, "hi").await["id"].clone());
        room.others_hear("message").await;
        room.anns.next_of("message").await;
    }
    let body = json!({"conversation_id": room.id, "message_ids": ids});
    room.ann.post("/read-message/", &body).await.is(200);
    room.anns.next_of("read").await;
    // The session and the call; the room, the membership and 4 messages; the mark and, concurrently, the sockets of the
    // reader.
    assert_eq!(room.cost("read-message").await, Cost { calls: 7, depth: 3, reads: 7.0, writes: 2.0, pushes: 1 });

    // In a direct room, the privacy of both at the same time as the mark.
    let bob = room.bob.clone();
    let direct = bob.opens_direct(&room.ann).await;
    let message = bob.sends(direct, "hi").await;
    room.ann.reads(direct, &message).await;
    assert_eq!(room.cost("read-message").await, Cost { calls: 8, depth: 3, reads: 5.5, writes: 2.0, pushes: 0 });

    let body = json!({"conversation_id": room.id, "message_ids": [ids[0], 1]});
    room.ann.post("/read-message/", &body).await.refuses(404, "message_not_found");
    // The session and the call; the room, the membership and 2 messages.
    assert_eq!(room.cost("read-message").await, Cost { calls: 5, depth: 2, reads: 4.5, writes: 1.0, pushes: 0 });
}
