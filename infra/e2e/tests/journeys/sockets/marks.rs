//! `{"type":"delivered"}` and `{"type":"read"}` over a socket.

use std::time::Duration;

use e2e::{Cost, Server, Socket, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    connections::{self, meets_dead_socket},
    costs, crashes,
    items::{BECAUSE, grows, haunts, refuses_receipts},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("delivered", |world| Ask::Frame(
    json!({"type": "delivered", "marks": [{"conversation": world.room, "message": world.answer["id"]}]})
)));

inventory::submit!(Row::for_members("read", |world| Ask::Frame(
    json!({"type": "read", "marks": [{"conversation": world.room, "message": world.answer["id"]}]})
)));

/// Sends a frame with marks.
async fn marks(socket: &mut Socket, kind: &str, marks: &[(u64, &Value)]) {
    let marks = marks.iter().map(|(room, message)| json!({"conversation": room, "message": message["id"]}));
    let marks: Vec<_> = marks.collect();
    socket.sends(&json!({"type": kind, "marks": marks})).await;
}

fn delivered(user: &User, room: u64, message: &Value) -> Value {
    json!({"type": "delivered", "conversation": room, "user": user.id, "last_delivered": message["id"]})
}

fn read(user: &User, room: u64, message: &Value) -> Value {
    json!({"type": "read", "conversation": room, "user": user.id, "last_read": message["id"]})
}

#[tokio::test]
async fn the_senders_of_the_messages_and_ones_other_devices_hear_of_a_mark() {
    let server = Server::start().await;
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    let message = ann.sends(room, "1").await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_cems = cem.opens_socket(room).await;
    let (mut phone, mut laptop) = (bob.opens_socket_for_all_rooms().await, bob.opens_socket(room).await);
    marks(&mut phone, "delivered", &[(room, &message)]).await;
    for socket in [&mut at_anns, &mut laptop] {
        assert_eq!(socket.next_event().await, delivered(&bob, room, &message));
    }
    let seen = async || {
        let bob = ann.sees_member(room, &bob).await;
        (bob["last_delivered"].clone(), bob["last_read"].clone())
    };
    assert_eq!(seen().await, (message["id"].clone(), Value::Null));
    marks(&mut phone, "read", &[(room, &message)]).await;
    for socket in [&mut at_anns, &mut laptop] {
        assert_eq!(socket.next_event().await, read(&bob, room, &message));
    }
    assert_eq!(seen().await, (message["id"].clone(), message["id"].clone()));
    assert_eq!(bob.sees_room(room).await["unread"], 0);
    // The sending socket hears nothing of its own marks, and Cem has sent nothing.
    phone.stays_silent().await;
    at_cems.stays_silent().await;
}

#[tokio::test]
async fn marks_of_two_devices_never_move_back_in_any_order() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let [one, two, three] = [ann.sends(room, "1").await, ann.sends(room, "2").await, ann.sends(room, "3").await];
    let mut at_anns = ann.opens_socket(room).await;
    let (mut phone, mut laptop) = (bob.opens_socket(room).await, bob.opens_socket(room).await);
    marks(&mut phone, "delivered", &[(room, &two)]).await;
    assert_eq!(at_anns.next_event().await, delivered(&bob, room, &two));
    marks(&mut laptop, "read", &[(room, &three)]).await;
    assert_eq!(at_anns.next_event().await, read(&bob, room, &three));
    for (kind, message) in [("delivered", &three), ("delivered", &one), ("read", &two), ("read", &three)] {
        marks(&mut phone, kind, &[(room, message)]).await;
    }
    at_anns.stays_silent().await;
    let seen = ann.sees_member(room, &bob).await;
    assert_eq!([&seen["last_delivered"], &seen["last_read"]], [&three["id"]; 2]);
}

#[tokio::test]
async fn a_frame_marks_many_rooms_and_a_refused_one_keeps_no_other_from_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut rooms = vec![(ann.creates_room().await, json!({"id": 1}))];
    for _ in 0..20 {
        let room = ann.creates_room_with(&[&bob]).await;
        rooms.push((room, ann.sends(room, "hi").await));
    }
    rooms.push((9_007_199_254_740_991, json!({"id": 1})));
    let mut at_anns = ann.opens_socket_for_all_rooms().await;
    let mut phone = bob.opens_socket_for_all_rooms().await;
    let all: Vec<_> = rooms.iter().map(|(room, message)| (*room, message)).collect();
    marks(&mut phone, "delivered", &all).await;
    phone.hears_error("not_a_member").await;
    let mut heard = Vec::new();
    for _ in 0..20 {
        heard.push(at_anns.next_of("delivered").await["conversation"].as_u64().unwrap());
    }
    heard.sort_unstable();
    assert_eq!(heard, rooms[1..21].iter().map(|(room, _)| *room).collect::<Vec<_>>());
    marks(&mut phone, "read", &[(rooms[21].0, &rooms[21].1), (rooms[1].0, &rooms[1].1)]).await;
    phone.hears_error("room_not_found").await;
    assert_eq!(at_anns.next_of("read").await["conversation"], rooms[1].0);
    at_anns.stays_silent().await;
}

#[tokio::test]
async fn what_is_no_message_of_the_room_and_what_was_sent_after_leaving_is_not_marked() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let elsewhere = ann.creates_room_with(&[&bob]).await;
    let there = ann.sends(elsewhere, "there").await;
    let here = ann.sends(room, "here").await;
    let mut phone = bob.opens_socket_for_all_rooms().await;
    for foreign in [there, json!({"id": 1}), json!({"id": 9_007_199_254_740_991_u64})] {
        marks(&mut phone, "delivered", &[(room, &foreign)]).await;
        phone.hears_error("message_not_found").await;
    }
    assert_eq!(ann.sees_member(room, &bob).await["last_delivered"], Value::Null);
    bob.leaves(room).await;
    phone.next_of("left").await;
    for kind in ["delivered", "read"] {
        marks(&mut phone, kind, &[(room, &here)]).await;
        phone.hears_error("not_a_member").await;
    }
    assert_eq!(ann.lists(&format!("/list-members/{room}/")).await.len(), 1);
}

#[tokio::test]
async fn in_a_large_room_only_ones_own_devices_hear_of_a_mark() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    grows(&server, room, (1..=33).collect()).await;
    let message = ann.sends(room, "hi").await;
    let mut at_anns = ann.opens_socket(room).await;
    let (mut phone, mut laptop) = (bob.opens_socket(room).await, bob.opens_socket(room).await);
    marks(&mut phone, "delivered", &[(room, &message)]).await;
    assert_eq!(laptop.next_event().await, delivered(&bob, room, &message));
    at_anns.stays_silent().await;
}

#[tokio::test]
async fn in_a_direct_room_both_must_want_receipts() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let group = ann.creates_group("tea", &[&bob]).await;
    let mut at_anns = ann.opens_socket_for_all_rooms().await;
    let (mut phone, mut laptop) = (bob.opens_socket(room).await, bob.opens_socket(room).await);
    let message = ann.sends(room, "1").await;
    for socket in [&mut at_anns, &mut phone, &mut laptop] {
        socket.receives("1").await;
    }
    marks(&mut phone, "delivered", &[(room, &message)]).await;
    assert_eq!(at_anns.next_event().await, delivered(&bob, room, &message));
    assert_eq!(laptop.next_event().await, delivered(&bob, room, &message));
    let in_group = ann.sends(group, "2").await;
    at_anns.receives("2").await;
    for refuser in [&ann, &bob] {
        refuses_receipts(&server, refuser, true).await;
        let message = ann.sends(room, "3").await;
        for socket in [&mut at_anns, &mut phone, &mut laptop] {
            socket.receives("3").await;
        }
        marks(&mut phone, "read", &[(room, &message)]).await;
        assert_eq!(laptop.next_event().await, read(&bob, room, &message));
        at_anns.stays_silent().await;
        for (viewer, other) in [(&ann, &bob), (&bob, &ann)] {
            let seen = viewer.sees_member(room, other).await;
            assert_eq!([&seen["last_delivered"], &seen["last_read"]], [&Value::Null; 2]);
        }
        let info = ann.lists(&format!("/message-info/{room}/{}/", message["id"])).await;
        assert_eq!(info, [json!({"user": bob.id, "delivered_at": null, "read_at": null})]);
        refuses_receipts(&server, refuser, false).await;
    }
    refuses_receipts(&server, &bob, true).await;
    marks(&mut phone, "read", &[(group, &in_group)]).await;
    assert_eq!(at_anns.next_event().await, read(&bob, group, &in_group));
}

#[tokio::test]
async fn a_mark_is_set_again_after_an_edit() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "1").await;
    let mut at_anns = ann.opens_socket(room).await;
    let mut phone = bob.opens_socket(room).await;
    let is_read = async || {
        let info = ann.lists(&format!("/message-info/{room}/{}/", message["id"])).await;
        !info[0]["read_at"].is_null()
    };
    marks(&mut phone, "read", &[(room, &message)]).await;
    at_anns.next_of("read").await;
    assert!(is_read().await);
    let edit = json!({"conversation_id": room, "message_id": message["id"], "text": "2"});
    ann.post("/edit-message/", &edit).await.is(200);
    at_anns.next_of("edited").await;
    phone.next_of("edited").await;
    assert!(!is_read().await);
    marks(&mut phone, "read", &[(room, &message)]).await;
    assert_eq!(at_anns.next_event().await, read(&bob, room, &message));
    assert!(is_read().await);
    marks(&mut phone, "read", &[(room, &message)]).await;
    at_anns.stays_silent().await;
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_an_error() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket_for_all_rooms().await;
    let too_many: Vec<_> = (0..101).map(|_| json!({"conversation": room, "message": 1})).collect();
    for marks in [
        json!(null),
        json!([]),
        json!(1),
        json!([1]),
        json!([[room, 1]]),
        json!([{"conversation": room}]),
        json!(too_many),
    ] {
        for kind in ["delivered", "read"] {
            phone.sends_text(&json!({"type": kind, "marks": marks}).to_string()).await;
            phone.hears_error("invalid_request").await;
        }
    }
}

#[tokio::test]
async fn a_membership_without_a_room_is_removed_by_a_mark() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, eve] = server.users(["ann", "eve"]).await;
    let room = ann.creates_room().await;
    let message = ann.sends(room, "hi").await;
    haunts(&server, &eve, room).await;
    let mut phone = eve.opens_socket_for_all_rooms().await;
    marks(&mut phone, "delivered", &[(room, &message)]).await;
    phone.hears_error("not_a_member").await;
    assert_eq!(crate::support::items::counted_rooms(&server, &eve).await, 0);
}

#[tokio::test]
async fn a_mark_forgets_a_dead_socket() {
    let Some(server) = connections::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = bob.sends(room, "hi").await;
    let mut laptop = ann.opens_socket(room).await;
    let phone = &mut bob.opens_socket_for_all_rooms().await;
    meets_dead_socket("delivered", &bob, phone, marks(&mut laptop, "delivered", &[(room, &message)])).await;
}

#[tokio::test]
async fn a_mark_that_crashes_can_be_set_again() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], _) = server.room_of(["ann", "bob"]).await;
    let points = crash_points(&server, "marks", async |crash| {
        let room = ann.opens_direct(&bob).await;
        let message = ann.sends(room, "hi").await;
        let mut phone = bob.opens_socket(room).await;
        crash.is_near().await;
        marks(&mut phone, "delivered", &[(room, &message)]).await;
        if crash.has_struck().await {
            phone.is_broken().await;
            marks(&mut phone, "delivered", &[(room, &message)]).await;
        }
        phone.stays_silent().await;
        assert_eq!(ann.sees_member(room, &bob).await["last_delivered"], message["id"]);
        phone.closes().await;
    })
    .await;
    // The session and the pace, the room and the membership; the mark, the sockets and the settings.
    assert!(points >= 14, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let mut all = Vec::new();
    for _ in 0..10 {
        let room = ann.creates_room_with(&[&bob]).await;
        all.push((room, ann.sends(room, "hi").await));
    }
    let rooms: Vec<_> = all.iter().map(|(room, message)| (*room, message)).collect();
    let mut at_anns = ann.opens_socket_for_all_rooms().await;
    let (mut phone, mut laptop) = (bob.opens_socket_for_all_rooms().await, bob.opens_socket_for_all_rooms().await);
    for kind in ["delivered", "read"] {
        // So long that the user is not ahead of their pace.
        tokio::time::sleep(Duration::from_millis(100)).await;
        marks(&mut phone, kind, &rooms).await;
        for socket in [&mut at_anns, &mut laptop] {
            for _ in 0..10 {
                socket.next_of(kind).await;
            }
        }
        // The session and the call, the rooms and the memberships; ten marks, and the sockets of two people.
        let cost = Cost { calls: 15, depth: 2, reads: 12.0, writes: 11.0, pushes: 20 };
        assert_eq!(server.cost("marks").await, cost, "{kind}");
    }
    // Nothing is to move, which the messages decide.
    tokio::time::sleep(Duration::from_millis(100)).await;
    marks(&mut phone, "read", &rooms).await;
    phone.stays_silent().await;
    let cost = Cost { calls: 6, depth: 3, reads: 22.0, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("marks").await, cost);
}
