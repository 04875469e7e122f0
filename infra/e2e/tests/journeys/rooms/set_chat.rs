//! `POST /set-chat/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    connections, costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /set-chat/", |world| Ask::Rest(json!({"conversation_id": world.room}))));

async fn asks(user: &User, room: u64) -> Answer {
    user.post("/set-chat/", &json!({"conversation_id": room})).await
}

#[tokio::test]
async fn a_member_gets_the_answer_and_the_room_the_event() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    assert_eq!(asks(&ann, room).await.is(200), json!({"success": true}));
    assert_eq!(at_bobs.next_of("chat").await["conversation"], room);
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;

    asks(&bob, room).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_dead_socket_is_forgotten() {
    let Some(server) = connections::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let mut at_bobs = bob.opens_socket(room).await;
    let call = async { asks(&ann, room).await.is(200) };
    connections::meets_dead_socket("chat", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/set-chat/", &json!({})).await;
    empty.blames("conversation_id");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "set-chat", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let _listening = bob.opens_socket(room).await;
        crash.is_near().await;
        let answer = asks(&ann, room).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&ann, room).await.is(200);
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
    let mut at_bobs = bob.opens_socket(room).await;
    asks(&ann, room).await.is(200);
    assert_eq!(at_bobs.next_of("chat").await["conversation"], room);
    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("set-chat").await, cost);
}
