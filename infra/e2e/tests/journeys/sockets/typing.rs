//! `{"type":"typing"}` over a socket.

use std::time::Duration;

use e2e::{Cost, Server, crash_points};
use serde_json::json;

use crate::support::{
    costs::Room,
    crashes,
    rows::{Ask, Row},
};

/// The pause between two signals of one member in one room.
const PACE: Duration = Duration::from_secs(2);

inventory::submit!(Row::for_members("typing", |world| Ask::Frame(
    json!({"type": "typing", "conversation": world.room})
)));

#[tokio::test]
async fn goes_to_all_other_sockets_of_the_room() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut phone = ann.opens_socket(room).await;
    let mut laptop = ann.opens_socket_for_all_rooms().await;
    let mut bobs = bob.opens_socket(room).await;
    let mut cems = cem.opens_socket_for_all_rooms().await;
    phone.sends(&json!({"type": "typing", "conversation": room, "typing": true})).await;
    let typing = json!({
        "type": "typing", "conversation": room, "sender": ann.id, "typing": true, "kind": "text", "expires_in": 8,
    });
    assert_eq!(bobs.next_event().await, typing);
    assert_eq!(laptop.next_event().await, typing);
    phone.stays_silent().await;
    cems.stays_silent().await;
}

#[tokio::test]
async fn is_true_unless_it_says_otherwise_and_about_the_sockets_room() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    for (frame, typing, kind) in [
        (json!({"type": "typing"}), true, "text"),
        (json!({"type": "typing", "typing": false}), false, "text"),
        (json!({"type": "typing", "conversation": room, "typing": true, "kind": "audio"}), true, "audio"),
    ] {
        anns.sends(&frame).await;
        let expected = json!({
            "type": "typing", "conversation": room, "sender": ann.id, "typing": typing, "kind": kind, "expires_in": 8,
        });
        assert_eq!(bobs.next_event().await, expected);
        tokio::time::sleep(PACE).await;
    }
}

#[tokio::test]
async fn one_types_every_two_seconds_in_a_room_on_all_devices_together() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let other_room = ann.creates_room_with(&[&bob]).await;
    let (mut phone, mut laptop) = (ann.opens_socket_for_all_rooms().await, ann.opens_socket(room).await);
    let mut bobs = bob.opens_socket_for_all_rooms().await;
    phone.sends(&json!({"type": "typing", "conversation": room})).await;
    laptop.next_of("typing").await;
    bobs.next_of("typing").await;
    for socket in [&mut phone, &mut laptop] {
        socket.sends(&json!({"type": "typing", "conversation": room, "typing": false})).await;
        let refused = socket.hears_error("rate_limited").await;
        assert!((1..=2).contains(&refused["retry_after"].as_u64().unwrap()), "{refused}");
    }
    bobs.stays_silent().await;
    phone.sends(&json!({"type": "typing", "conversation": other_room})).await;
    assert_eq!(bobs.next_of("typing").await["conversation"], other_room);
    tokio::time::sleep(PACE).await;
    laptop.sends(&json!({"type": "typing", "typing": false})).await;
    assert_eq!(bobs.next_of("typing").await["typing"], false);
}

#[tokio::test]
async fn in_a_room_of_more_than_64_nobody_hears_of_it() {
    let Some(server) = Server::local("nobody may write to its tables").start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
    let members: Vec<String> = (1..=65).map(|id| id.to_string()).collect();
    let update = json!({
        "TableName": "RoomsTable", "Key": {"id": {"N": room.to_string()}},
        "UpdateExpression": "SET members = :members",
        "ExpressionAttributeValues": {":members": {"NS": members}},
    });
    server.dynamodb("UpdateItem", &update).await;
    anns.sends(&json!({"type": "typing"})).await;
    bobs.stays_silent().await;
    anns.stays_silent().await;
}

#[tokio::test]
async fn nothing_is_stored() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let before = bob.sees_room(room).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    anns.sends(&json!({"type": "typing"})).await;
    bobs.next_of("typing").await;
    assert_eq!(bob.sees_room(room).await, before);
    assert!(bob.lists("/list-messages/").await.is_empty());
}

#[tokio::test]
async fn only_members_type() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    bob.leaves(room).await;
    anns.next_of("left").await;
    bobs.next_of("left").await;
    bobs.sends(&json!({"type": "typing"})).await;
    bobs.hears_error("not_a_member").await;
    bobs.sends(&json!({"type": "typing", "conversation": 9_007_199_254_740_991_u64})).await;
    bobs.hears_error("room_not_found").await;
    anns.stays_silent().await;
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_an_error() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket_for_all_rooms().await;
    for frame in [
        json!({"type": "typing"}),
        json!({"type": "typing", "conversation": "1"}),
        json!({"type": "typing", "conversation": room, "typing": "yes"}),
    ] {
        phone.sends_text(&frame.to_string()).await;
        phone.hears_error("invalid_request").await;
    }
}

#[tokio::test]
async fn typing_that_crashes_is_forgotten_and_the_socket_stays_open() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let points = crash_points(&server, "typing", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let frame = json!({"type": "typing", "conversation": room});
        let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
        crash.is_near().await;
        anns.sends(&frame).await;
        if crash.has_struck().await {
            anns.is_broken().await;
        } else {
            bobs.next_of("typing").await;
        }
        // The pace may have been written.
        tokio::time::sleep(PACE).await;
        anns.sends(&frame).await;
        while bobs.next_of("typing").await["conversation"] != room {}
        crash.has_served(2).await;
        anns.closes().await;
        bobs.closes().await;
    })
    .await;
    assert!(points >= 6, "{points}");
    assert_eq!(ann.sees_messages(room).await.len(), 0);
}

#[tokio::test]
async fn what_it_costs() {
    let Some(mut room) = Room::of_three().await else { return };
    room.anns.sends(&json!({"type": "typing", "conversation": room.id})).await;
    room.others_hear("typing").await;
    // The session, the room and the pace; the sockets of the audience.
    assert_eq!(room.cost("typing").await, Cost { calls: 4, depth: 2, reads: 3.0, writes: 1.0, pushes: 2 });
}
