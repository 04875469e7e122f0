//! `GET /message-info/{conversation_id}/{message_id}/`

use e2e::{Answer, Cost, Server, User, assert_time, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    items::changes_room,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_sender("GET /message-info/{conversation_id}/{message_id}/", |_| Ask::Rest(Value::Null)));

async fn asks(user: &User, room: u64, message: &Value) -> Answer {
    user.get(&format!("/message-info/{room}/{}/", message["id"])).await
}

fn nothing(user: &User) -> Value {
    json!({"user": user.id, "delivered_at": null, "read_at": null})
}

#[tokio::test]
async fn the_sender_sees_who_has_received_and_read_a_message_and_who_has_left() {
    let server = Server::start().await;
    let ([ann, bob, cem, dan], room) = server.room_of(["ann", "bob", "cem", "dan"]).await;
    let message = ann.sends(room, "hello").await;
    assert_eq!(asks(&ann, room, &message).await.is(200), json!([nothing(&bob), nothing(&cem), nothing(&dan)]));
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_cems = cem.opens_socket(room).await;
    let marks = json!([{"conversation": room, "message": message["id"]}]);
    at_cems.sends(&json!({"type": "delivered", "marks": marks})).await;
    at_anns.next_of("delivered").await;
    bob.reads(room, &message).await;
    at_anns.next_of("read").await;
    dan.leaves(room).await;
    let info = asks(&ann, room, &message).await.is(200);
    for time in [&info[0]["delivered_at"], &info[0]["read_at"], &info[1]["delivered_at"]] {
        assert_time(time);
    }
    assert_eq!(info[0]["delivered_at"], info[0]["read_at"], "what is read is delivered by then");
    assert_eq!(info[1]["read_at"], Value::Null);
    assert_eq!(info[2], nothing(&dan));
}

#[tokio::test]
async fn only_the_sender_asks() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    asks(&bob, room, &message).await.refuses(403, "not_the_sender");
    asks(&cem, room, &message).await.refuses(403, "not_a_member");
    asks(&cem, 9_007_199_254_740_991, &message).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_message_of_another_room_is_not_found_and_a_deleted_one_has_no_receipts() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let elsewhere = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(elsewhere, "hello").await;
    asks(&ann, room, &message).await.refuses(404, "message_not_found");
    let deletion = json!({"conversation_id": elsewhere, "message_id": message["id"], "for": "everyone"});
    ann.post("/delete-message/", &deletion).await.is(200);
    asks(&ann, elsewhere, &message).await.refuses(409, "message_deleted");
}

#[tokio::test]
async fn the_receivers_have_pages_by_id() {
    let server = Server::start().await;
    let ([ann, bob, cem, dan], room) = server.room_of(["ann", "bob", "cem", "dan"]).await;
    let message = ann.sends(room, "hello").await;
    let path = |query: &str| format!("/message-info/{room}/{}/?{query}", message["id"]);
    let pages = ann.pages_through(&path("limit=2")).await;
    assert_eq!(pages, [vec![nothing(&bob), nothing(&cem)], vec![nothing(&dan)]]);
    for wrong in ["limit=0", "limit=1025", "limit=x"] {
        ann.get(&path(wrong)).await.blames("limit");
    }
    ann.get(&path("after=-1")).await.blames("after");
}

#[tokio::test]
async fn in_a_large_room_the_members_of_the_page_are_read() {
    let Some(server) = costs::server().await else { return };
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    let ids: Vec<String> = (1..=1024).map(|id: u64| id.to_string()).collect();
    changes_room(&server, room, "SET members = :members", json!({":members": {"NS": ids}})).await;
    let message = ann.sends(room, "hello").await;
    assert_eq!(message["receivers"], json!([]));
    cem.reads(room, &message).await;
    let first = ann.get(&format!("/message-info/{room}/{}/?limit=1", message["id"])).await;
    assert_eq!(first.is(200), json!([nothing(&bob)]));
    let answer = ann.get(&first.next().unwrap()).await;
    assert_eq!(answer.is(200)[0]["user"], cem.id);
    assert_time(&answer.is(200)[0]["read_at"]);
    // The session and the call, the message, the membership and the room; the receiver.
    let cost = Cost { calls: 6, depth: 2, reads: 4.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("message-info").await, cost);
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], _) = server.room_of(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let message = ann.sends(room, "hello").await;
    bob.reads(room, &message).await;
    let asks = crashes::asks_again(&ann, format!("/message-info/{room}/{}/", message["id"]));
    let points = crash_points(&server, "message-info", asks).await;
    // The session and the pace, the room, the membership and the message; the receipts and the settings.
    assert!(points >= 12, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    let message = ann.sends(room, "hello").await;
    asks(&ann, room, &message).await.is(200);
    // The session and the call, the message, the membership and the room; two receivers.
    let cost = Cost { calls: 6, depth: 2, reads: 5.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("message-info").await, cost);
    let direct = ann.opens_direct(&bob).await;
    let message = ann.sends(direct, "hello").await;
    asks(&ann, direct, &message).await.is(200);
    // One receiver, and the settings of both.
    let cost = Cost { calls: 7, depth: 2, reads: 5.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("message-info").await, cost);
    asks(&cem, room, &message).await.refuses(404, "message_not_found");
}
