//! `GET /list-reactions/{conversation_id}/{message_id}/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use super::{delete_message::deletes, react_to_message::reacts};
use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("GET /list-reactions/{conversation_id}/{message_id}/", |_| Ask::Rest(Value::Null)));

async fn asks(user: &User, room: u64, message: &Value) -> Answer {
    user.get(&format!("/list-reactions/{room}/{}/", message["id"])).await
}

#[tokio::test]
async fn members_see_who_reacted_with_which_emoji() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    assert_eq!(asks(&ann, room, &message).await.is(200), json!([]));
    reacts(&bob, room, &message, Some("👍")).await.is(200);
    reacts(&ann, room, &message, Some("🎉")).await.is(200);
    let expected = json!([{"user": bob.id, "emoji": "👍"}, {"user": ann.id, "emoji": "🎉"}]);
    assert_eq!(asks(&ann, room, &message).await.is(200), expected);
    deletes(&ann, room, &message, "everyone").await.is(200);
    asks(&ann, room, &message).await.refuses(409, "message_deleted");
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
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "list-reactions", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let message = ann.sends(room, "hello").await;
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
    asks(&ann, room, &message).await.is(200);
    let cost = Cost { calls: 5, depth: 1, reads: 3.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-reactions").await, cost);
}
