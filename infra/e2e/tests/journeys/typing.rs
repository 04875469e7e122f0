//! `{"type":"typing"}` over a socket.

use e2e::Server;
use serde_json::json;

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
    let typing = json!({"type": "typing", "conversation": room, "sender": ann.id, "typing": true});
    assert_eq!(bobs.next_event().await, typing);
    assert_eq!(laptop.next_event().await, typing);
    phone.stays_silent().await;
    cems.stays_silent().await;
}

#[tokio::test]
async fn is_true_unless_it_says_otherwise_and_about_the_sockets_room() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    for (frame, typing) in [
        (json!({"type": "typing"}), true),
        (json!({"type": "typing", "typing": false}), false),
        (json!({"type": "typing", "conversation": room, "typing": true}), true),
    ] {
        anns.sends(&frame).await;
        let expected = json!({"type": "typing", "conversation": room, "sender": ann.id, "typing": typing});
        assert_eq!(bobs.next_event().await, expected);
    }
}

#[tokio::test]
async fn nothing_is_stored() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
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
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut anns = ann.opens_socket(room).await;
    let mut bobs = bob.opens_socket(room).await;
    bob.leaves(room).await;
    anns.next_of("left").await;
    bobs.next_of("left").await;
    bobs.sends(&json!({"type": "typing"})).await;
    bobs.is_told("not_a_member").await;
    bobs.sends(&json!({"type": "typing", "conversation": 9_007_199_254_740_991_u64})).await;
    bobs.is_told("room_not_found").await;
    anns.stays_silent().await;
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_an_error() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let mut phone = ann.opens_socket_for_all_rooms().await;
    for frame in [
        json!({"type": "typing"}),
        json!({"type": "typing", "conversation": "1"}),
        json!({"type": "typing", "conversation": room, "typing": "yes"}),
    ] {
        phone.sends_text(&frame.to_string()).await;
        phone.is_told("invalid_request").await;
    }
}
