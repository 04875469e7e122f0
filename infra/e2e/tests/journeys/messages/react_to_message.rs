//! `POST /react-to-message/`

use e2e::{Answer, Cost, Server, User, crash_points};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{delete_message::deletes, edit_message};
use crate::support::{
    connections, costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /react-to-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "message_id": world.message["id"], "emoji": "👍"})
)));

/// Sets the reaction to a message, or removes it.
pub(super) async fn reacts(user: &User, room: u64, message: &Value, emoji: Option<&str>) -> Answer {
    let body = json!({"conversation_id": room, "message_id": message["id"], "emoji": emoji});
    user.post("/react-to-message/", &body).await
}

async fn asks(user: &User, room: u64, message: &Value) -> Answer {
    reacts(user, room, message, Some("👍")).await
}

#[tokio::test]
async fn the_message_has_the_reaction_everywhere() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    let [mut at_anns, mut at_bobs] = [ann.opens_socket(room).await, bob.opens_socket(room).await];
    for (change, emoji, count) in [(1, Some("👍"), 1), (2, Some("❤️"), 1), (3, None, 0)] {
        let answer = reacts(&bob, room, &message, emoji).await.is(200);
        let mut expected = message.clone();
        let counted = |mine: bool| json!({"emoji": emoji, "count": 1, "users": [bob.id], "mine": mine});
        expected["reactions"] = json!(vec![counted(true); count]);
        assert_eq!(answer, expected);
        let event = json!({
            "type": "reaction", "conversation": room, "change": change, "message_id": message["id"], "user": bob.id,
            "emoji": emoji,
        });
        assert_eq!((at_anns.next_event().await, at_bobs.next_event().await), (event.clone(), event));
        expected["reactions"] = json!(vec![counted(false); count]);
        assert_eq!(ann.sees_messages(room).await, [expected.clone()]);
        assert_eq!(ann.lists("/list-messages/").await, [expected.clone()]);
        assert_eq!(ann.sees_room(room).await["last_message"], expected);
        let changes = ann.get(&format!("/list-changes/{room}/?after={}", change - 1)).await.is(200);
        assert_eq!((&changes["changed"], &changes["change"]), (&json!([expected]), &json!(change)));
        // Again, nothing changes.
        assert_eq!(reacts(&bob, room, &message, emoji).await.is(200), answer);
    }
    at_anns.stays_silent().await;
}

#[tokio::test]
async fn an_edit_keeps_reactions_and_a_deletion_removes_them() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    asks(&bob, room, &message).await.is(200);
    let mut at_bobs = bob.opens_socket(room).await;
    edit_message::asks(&ann, room, &message).await.is(200);
    // The event is for all members, so it says nothing of the reader.
    let expected = json!([{"emoji": "👍", "count": 1, "users": [bob.id]}]);
    assert_eq!(at_bobs.next_of("edited").await["message"]["reactions"], expected);
    deletes(&ann, room, &message, "everyone").await.is(200);
    assert_eq!(at_bobs.next_of("deleted").await["message"]["reactions"], json!([]));
    asks(&bob, room, &message).await.refuses(409, "message_deleted");
    assert_eq!(bob.sees_messages(room).await[0]["reactions"], json!([]));
}

#[tokio::test]
async fn only_one_emoji() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let message = ann.sends(room, "hello").await;
    for bad in ["", "x", "1", "👍👍", "👍 ", ":+1:"] {
        reacts(&ann, room, &message, Some(bad)).await.blames("emoji");
    }
    let body = json!({"conversation_id": room, "message_id": message["id"]});
    ann.post("/react-to-message/", &body).await.blames("emoji");
    for good in ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇹🇷", "👍🏽"] {
        let answer = reacts(&ann, room, &message, Some(good)).await.is(200);
        assert_eq!(answer["reactions"][0]["emoji"], good);
    }
}

#[tokio::test]
async fn reactions_at_the_same_moment_all_count() {
    let server = Server::start().await;
    let ([ann, bob, cem], room) = server.room_of(["ann", "bob", "cem"]).await;
    for _ in 0..4 {
        let message = ann.sends(room, "hello").await;
        // Two of them are from two devices of one user.
        let all = [&ann, &bob, &cem, &cem].map(|user| asks(user, room, &message));
        for answer in join_all(all).await {
            answer.is(200);
        }
        assert_eq!(bob.sees_messages(room).await.pop().unwrap()["reactions"][0]["count"], 3);
        let all = [&bob, &bob, &cem].map(|user| reacts(user, room, &message, None));
        for answer in join_all(all).await {
            answer.is(200);
        }
        assert_eq!(bob.sees_messages(room).await.pop().unwrap()["reactions"][0]["users"], json!([ann.id]));
    }
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
    empty.blames("emoji");
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
        } else {
            answer.is(200);
        }
        asks(&ann, room, &message).await.is(200);
        // A reader who asks from before it gets the change, also if the call died between message and record.
        let changes = bob.get(&format!("/list-changes/{room}/?after=0")).await.is(200);
        assert_eq!(changes["changed"][0]["reactions"][0]["count"], 1);
    })
    .await;
    assert!(points >= 20, "{points}");
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
    let cost = Cost { calls: 9, depth: 3, reads: 5.0, writes: 4.0, pushes: 1 };
    assert_eq!(server.cost("react-to-message").await, cost);
}
