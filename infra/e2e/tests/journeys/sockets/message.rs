//! `{"type":"message"}` over a socket.

use std::cell::RefCell;

use e2e::{Cost, Server, Socket, assert_id, assert_time, crash_points};
use serde_json::json;

use crate::support::{
    costs::{self, Room},
    crashes,
    items::grows,
    reader::{Reader, all_have_read},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("message", |world| Ask::Frame(
    json!({"type": "message", "conversation": world.room, "text": "hi"})
)));

#[tokio::test]
async fn is_stored_and_then_sent_to_all_sockets_of_the_room() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    anns.sends(&json!({"type": "message", "conversation": room, "sender": ann.id, "text": "Hello"})).await;
    let event = bobs.receives("Hello").await;
    assert_time(&event["created_at"]);
    let expected = json!({
        "type": "message", "id": assert_id(&event["id"]), "conversation": room, "sender": ann.id,
        "receivers": [bob.id], "receivers_count": 1, "attachment_picture": null, "attachment_video": null, "text": "Hello",
        "created_at": event["created_at"], "updated_at": event["created_at"], "edited_at": null,
        "deleted_at": null, "deleted_by": null, "version": 1, "changes": 0, "sequence": 1, "client_id": null,
        "kind": "text", "reply_to": null, "quoted": null, "mentions": [], "mentions_all": false,
        "forwarded": null, "reactions": [],
    });
    assert_eq!(event, expected);
    assert_eq!(anns.receives("Hello").await, event);

    let mut stored = event;
    for of_the_event in ["type", "changes"] {
        stored.as_object_mut().unwrap().remove(of_the_event);
    }
    assert_eq!(bob.sees_messages(room).await, [stored]);
}

/// A frame of JSON without escapes that UTF-8 does not need, as `JSON.stringify` writes it.
#[tokio::test]
async fn the_longest_text_of_any_characters_fits_into_a_frame() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    let characters = ["\u{1f600}", "\"", "\\", "\n", "\t", "\u{2028}", "\u{ffff}", "e\u{301}"];
    for (number, character) in characters.into_iter().enumerate() {
        let text = format!("x{}", character.repeat(4_095 / character.chars().count()));
        let client_id = format!("{}{number}", "\"".repeat(63));
        let frame =
            json!({"type": "message", "conversation": room, "sender": ann.id, "text": text, "client_id": client_id});
        let frame = frame.to_string();
        assert!(frame.len() < 17 * 1024, "{character}: {}", frame.len());
        phone.sends_text(&frame).await;
        phone.receives(&text).await;
    }
}

#[tokio::test]
async fn the_socket_says_who_sends_and_where() {
    let server = Server::start().await;
    let ([ann, _], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = ann.opens_socket(room).await;
    phone.sends(&json!({"type": "message", "text": "hi", "colour": "blue"})).await;
    let event = phone.receives("hi").await;
    assert_eq!((&event["sender"], &event["conversation"]), (&json!(ann.id), &json!(room)));
}

#[tokio::test]
async fn a_socket_for_no_room_must_name_one() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket_for_all_rooms().await;
    phone.sends(&json!({"type": "message", "text": "hi"})).await;
    phone.hears_error("invalid_request").await;
    phone.says(room, "hi").await;
    phone.receives("hi").await;
}

#[tokio::test]
async fn nobody_speaks_in_the_name_of_another() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    bobs.sends(&json!({"type": "message", "sender": ann.id, "text": "I owe bob money", "client_id": "1"})).await;
    assert_eq!(bobs.hears_error("invalid_request").await["client_id"], "1");
    anns.stays_silent().await;
    assert!(ann.sees_messages(room).await.is_empty());
}

#[tokio::test]
async fn what_rest_refuses_is_refused_here() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let mut anns = ann.opens_socket_for_all_rooms().await;
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    for (frame, code) in [
        (json!({"conversation": room, "text": ""}), "invalid_request"),
        (json!({"conversation": room, "text": "\u{3164}"}), "invalid_request"),
        (json!({"conversation": room, "text": "x".repeat(4_097)}), "invalid_request"),
        (json!({"conversation": room, "text": 7}), "invalid_request"),
        (json!({"conversation": room}), "invalid_request"),
        (json!({"conversation": "1", "text": "hi"}), "invalid_request"),
        (json!({"conversation": room, "text": "hi", "client_id": "x".repeat(65)}), "invalid_request"),
        (json!({"conversation": room, "text": "hi", "attachment_picture": "cat.png"}), "invalid_request"),
        (json!({"conversation": room, "text": "hi", "attachment_video": "cat.mp4"}), "invalid_request"),
        (json!({"conversation": room, "text": "hi", "client_id": "1"}), "not_a_member"),
        (json!({"conversation": 9_007_199_254_740_991_u64, "text": "hi"}), "room_not_found"),
    ] {
        let mut sent = frame.clone();
        sent["type"] = json!("message");
        bobs.sends_text(&sent.to_string()).await;
        let error = bobs.hears_error(code).await;
        if frame["client_id"] == "1" {
            assert_eq!(error["client_id"], "1");
        } else {
            assert!(error.get("client_id").is_none(), "{error}");
        }
    }
    anns.stays_silent().await;
    assert!(ann.sees_messages(room).await.is_empty());
}

#[tokio::test]
async fn a_retry_is_answered_with_the_stored_message_on_its_socket_alone() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = ann.opens_socket(room).await;
    let mut laptop = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    let frame = json!({"type": "message", "text": "hi", "client_id": "7f3a"});
    phone.sends(&frame).await;
    let first = phone.receives("hi").await;
    assert_eq!(first["client_id"], "7f3a");
    laptop.receives("hi").await;
    bobs.receives("hi").await;

    phone.sends(&frame).await;
    assert_eq!(phone.receives("hi").await, first);
    laptop.stays_silent().await;
    bobs.stays_silent().await;
    assert_eq!(bob.sees_messages(room).await.len(), 1);
}

#[tokio::test]
async fn a_client_id_holds_over_rest_and_sockets() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    let over_rest = async |client_id: &str| {
        ann.post("/send-message/", &json!({"conversation_id": room, "text": "hi", "client_id": client_id})).await
    };
    let over_socket = |client_id: &str| json!({"type": "message", "text": "hi", "client_id": client_id});

    phone.sends(&over_socket("socket first")).await;
    let first = phone.receives("hi").await;
    assert_eq!(over_rest("socket first").await.is(200)["id"], first["id"]);
    phone.stays_silent().await;

    let second = over_rest("rest first").await.is(201);
    assert_eq!(phone.receives("hi").await["id"], second["id"]);
    phone.sends(&over_socket("rest first")).await;
    assert_eq!(phone.receives("hi").await["id"], second["id"]);
    assert_eq!(ann.sees_messages(room).await.len(), 2);
}

#[tokio::test]
async fn a_client_id_with_another_content_is_refused_over_sockets_too() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut phone = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    let frame = |text: &str, client_id: &str| json!({"type": "message", "text": text, "client_id": client_id});
    phone.sends(&frame("hi", "socket first")).await;
    phone.receives("hi").await;
    bobs.receives("hi").await;
    let body = json!({"conversation_id": room, "text": "from rest", "client_id": "rest first"});
    ann.post("/send-message/", &body).await.is(201);
    phone.receives("from rest").await;
    bobs.receives("from rest").await;
    for client_id in ["socket first", "rest first"] {
        phone.sends(&frame("changed", client_id)).await;
        let error = phone.hears_error("client_id_reused").await;
        assert_eq!(error["client_id"], client_id);
        assert!(error.get("retry_after").is_none(), "{error}");
        let body = json!({"conversation_id": room, "text": "changed", "client_id": client_id});
        ann.post("/send-message/", &body).await.refuses(409, "client_id_reused");
    }
    bobs.stays_silent().await;
    assert_eq!(bob.sees_messages(room).await.len(), 2);
}

/// Waits for a message with this text. Others may precede it.
async fn hears(socket: &mut Socket, text: &str) {
    while socket.next_of("message").await["text"] != text {}
}

#[tokio::test]
async fn a_frame_that_is_sent_again_makes_one_message_and_the_socket_stays_open() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let readers = RefCell::new(Vec::new());
    let points = crash_points(&server, "message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let first = ann.sends(room, "first").await;
        let mut reader = Reader::after(&bob, room, first);
        let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
        let frame = json!({"type": "message", "text": "again", "client_id": "1"});
        crash.is_near().await;
        anns.sends(&frame).await;
        let crashed = crash.has_struck().await;
        reader.reads_on().await;
        let stored = ann.sees_messages(room).await.len() == 2;
        if crashed {
            anns.is_broken().await;
        } else {
            anns.receives("again").await;
            assert!(stored, "what was heard is stored");
        }
        bobs.says(room, "between").await;
        hears(&mut anns, "between").await;
        reader.reads_on().await;
        anns.sends(&frame).await;
        hears(&mut anns, "again").await;
        crash.has_served(3).await;
        reader.reads_on().await;
        readers.borrow_mut().push((reader, stored));
    })
    .await;
    assert!(points >= 12, "{points}");
    all_have_read(readers.into_inner()).await;
}

/// All members have written. The first messages remove what the room does not need, and then each costs the same.
#[tokio::test]
async fn what_it_costs_in_rooms_of_all_sizes() {
    for (members, sweeps, cost) in [
        (10_usize, 0, Cost { calls: 5, depth: 2, reads: 6.0, writes: 3.0, pushes: 1 }),
        (100, 2, Cost { calls: 5, depth: 2, reads: 51.0, writes: 3.0, pushes: 1 }),
        (1024, 16, Cost { calls: 15, depth: 2, reads: 513.0, writes: 6.0, pushes: 1 }),
    ] {
        let Some(server) = costs::server().await else { return };
        let ([ann], room) = server.room_of(["ann"]).await;
        grows(&server, room, (1..=members as u64).collect()).await;
        let mut anns = ann.opens_socket(room).await;
        for number in 0..=sweeps {
            // Not ahead of the pace of the sender, nor of the room.
            tokio::time::sleep(std::time::Duration::from_millis(600)).await;
            anns.says(room, &number.to_string()).await;
            anns.receives(&number.to_string()).await;
        }
        // On a busy machine the many calls for sockets do not all begin at once.
        let found = server.cost("message").await;
        assert_eq!(Cost { depth: found.depth.min(cost.depth), ..found }, cost, "{members}");
        assert!(found.depth <= cost.depth + members / 1000, "{found:?}");
    }
}

#[tokio::test]
async fn what_it_costs() {
    let Some(mut room) = Room::of_three().await else { return };
    room.anns.says(room.id, "hi").await;
    room.others_hear("message").await;
    // The session, the call and the turn; the message and, concurrently, the sockets of the audience.
    let turn_and_message = Cost { calls: 5, depth: 2, reads: 2.5, writes: 3.0, pushes: 3 };
    assert_eq!(room.cost("message").await, turn_and_message);

    // Another sender, because the first one is ahead of their pace.
    room.others[0].sends(&json!({"type": "message", "text": "hi", "client_id": "1"})).await;
    room.others_hear("message").await;
    // The client id is looked up, beside the session, before the turn is taken, so that a retry leaves no hole.
    let with_client_id = Cost { calls: 6, depth: 3, reads: 3.5, writes: 6.0, pushes: 3 };
    assert_eq!(room.cost("message").await, with_client_id);
}
