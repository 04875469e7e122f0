//! `POST /react-to-message/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /react-to-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "message_id": world.message["id"]})
)));

async fn asks(user: &User, room: u64, message: &Value) -> Answer {
    user.post("/react-to-message/", &json!({"conversation_id": room, "message_id": message["id"]})).await
}

#[tokio::test]
async fn a_member_gets_the_answer_and_the_room_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let mut at_bobs = bob.opens_socket(room).await;
    assert_eq!(asks(&ann, room, &message).await.is(200), json!({"success": true}));
    assert_eq!(at_bobs.next_of("reaction").await["conversation"], room);
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let message = ann.sends(room, "hello").await;
    asks(&bob, room, &message).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991, &message).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_message_of_another_room() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let elsewhere = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(elsewhere, "hello").await;
    asks(&ann, room, &message).await.refuses(404, "message_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let mut at_bobs = bob.opens_socket(room).await;
    let call = async { asks(&ann, room, &message).await.is(200) };
    connections::meets_dead_socket("reaction", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/react-to-message/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("message_id");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "react-to-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let message = ann.sends(room, "hello").await;
        let _listening = bob.opens_socket(room).await;
        crash.is_near().await;
        let answer = asks(&ann, room, &message).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&ann, room, &message).await.is(200);
        } else {
            answer.is(200);
        }
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let mut at_bobs = bob.opens_socket(room).await;
    asks(&ann, room, &message).await.is(200);
    assert_eq!(at_bobs.next_of("reaction").await["conversation"], room);
    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("react-to-message").await, cost);
}
