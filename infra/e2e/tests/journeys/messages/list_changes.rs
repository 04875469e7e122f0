//! `GET /list-changes/{conversation_id}/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("GET /list-changes/{conversation_id}/", |_| Ask::Rest(Value::Null)));

async fn asks(user: &User, room: u64) -> Answer {
    user.get(&format!("/list-changes/{room}/")).await
}

#[tokio::test]
async fn a_member_gets_the_answer() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;

    assert_eq!(asks(&ann, room).await.is(200), json!({"success": true}));
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
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "list-changes", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;

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

    asks(&ann, room).await.is(200);

    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("list-changes").await, cost);
}
