//! `POST /answer-invitation/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, counted_rooms, haunts},
    membership::are_members,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /answer-invitation/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "accept": false})
)));

/// A room to which the first user has invited the second.
async fn invites(host: &User, guest: &User) -> u64 {
    guest.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    host.creates_room_with(&[guest]).await
}

async fn asks(user: &User, room: u64) -> Answer {
    user.post("/answer-invitation/", &json!({"conversation_id": room, "accept": true})).await
}

#[tokio::test]
async fn a_guest_is_a_member_and_the_room_gets_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = invites(&ann, &bob).await;
    let mut at_anns = ann.opens_socket(room).await;
    assert_eq!(asks(&bob, room).await.is(200), json!({"message": "Invitation accepted"}));
    assert_eq!(at_anns.next_of("joined").await["conversation"], room);
}

#[tokio::test]
async fn a_user_without_an_invitation() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, room).await.refuses(404, "invite_invalid");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "invite_invalid");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = invites(&ann, &bob).await;
    let mut at_anns = ann.opens_socket(room).await;
    let call = async { asks(&bob, room).await.is(200) };
    connections::meets_dead_socket("joined", &ann, &mut at_anns, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/answer-invitation/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("accept");
}

async fn declines(user: &User, room: u64) -> Answer {
    user.post("/answer-invitation/", &json!({"conversation_id": room, "accept": false})).await
}

#[tokio::test]
async fn repeating_an_answer_changes_nothing() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = invites(&ann, &bob).await;
    asks(&bob, room).await.is(200);
    let mut at_anns = ann.opens_socket(room).await;
    asks(&bob, room).await.is(200);
    // A member has nothing to decline.
    assert_eq!(declines(&bob, room).await.is(200), json!({"message": "Invitation declined"}));
    at_anns.stays_silent().await;
    are_members(room, &[&ann, &bob], &[&cem]).await;

    let room = invites(&ann, &cem).await;
    for _ in 0..2 {
        declines(&cem, room).await.is(200);
        assert!(cem.lists("/list-invitations/").await.is_empty());
    }
    asks(&cem, room).await.refuses(404, "invite_invalid");
}

#[tokio::test]
async fn a_guest_in_too_many_rooms_and_a_full_room() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    bob.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    let new = json!({"members": [bob.id, cem.id], "max_members": 3});
    let room = ann.post("/create-chatroom/", &new).await.is(201)["id"].as_u64().unwrap();
    let dan = server.user("dan").await;
    dan.joins(room).await;
    asks(&bob, room).await.refuses(409, "room_full");
    dan.leaves(room).await;
    asks(&bob, room).await.is(200);
}

#[tokio::test]
async fn a_membership_without_a_room_is_replaced() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = invites(&ann, &bob).await;
    haunts(&server, &bob, room).await;
    asks(&bob, room).await.is(200);
    are_members(room, &[&ann, &bob], &[]).await;
    assert_eq!(counted_rooms(&server, &bob).await, 1);
}

#[tokio::test]
async fn whoever_accepts_again_is_in_the_room_once() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let _listening = ann.opens_socket_for_all_rooms().await;
    let points = crash_points(&server, "answer-invitation", async |crash| {
        let room = invites(&ann, &bob).await;
        let (answer, _) = crashes::meets(crash, async || asks(&bob, room).await).await;
        assert_eq!(answer.is(200), json!({"message": "Invitation accepted"}));
        are_members(room, &[&ann, &bob], &[&cem]).await;
        assert!(bob.lists("/list-invitations/").await.is_empty());
        bob.leaves(room).await;
        assert_eq!(counted_rooms(&server, &bob).await, 0);
        asks(&bob, room).await.refuses(404, "invite_invalid");
    })
    .await;
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn whoever_declines_again_has_declined() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "answer-invitation", async |crash| {
        let room = invites(&ann, &bob).await;
        let (answer, _) = crashes::meets(crash, async || declines(&bob, room).await).await;
        assert_eq!(answer.is(200), json!({"message": "Invitation declined"}));
        asks(&bob, room).await.refuses(404, "invite_invalid");
    })
    .await;
    assert!(points >= 6, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = invites(&ann, &bob).await;
    let mut at_anns = ann.opens_socket(room).await;
    asks(&bob, room).await.is(200);
    assert_eq!(at_anns.next_of("joined").await["conversation"], room);
    // The session and the call; the room, the membership, the invitation and the change; the transaction; the sockets.
    let cost = Cost { calls: 8, depth: 4, reads: 5.0, writes: 12.0, pushes: 1 };
    assert_eq!(server.cost("answer-invitation").await, cost);

    let declined = invites(&ann, &bob).await;
    declines(&bob, declined).await.is(200);
    let cost = Cost { calls: 3, depth: 2, reads: 1.0, writes: 2.0, pushes: 0 };
    assert_eq!(server.cost("answer-invitation").await, cost);
}
