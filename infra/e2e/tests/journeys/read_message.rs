//! `POST /read-message/`

use e2e::{Answer, Server, User};
use serde_json::{Value, json};

async fn mark(user: &User, room: u64, ids: &Value) -> Answer {
    user.post("/read-message/", &json!({"conversation_id": room, "message_ids": ids})).await
}

async fn last_read(user: &User, room: u64) -> Value {
    let members = user.lists(&format!("/list-members/{room}/")).await;
    members.into_iter().find(|member| member["user"] == user.id).unwrap()["last_read"].clone()
}

#[tokio::test]
async fn marks_up_to_the_highest_id_and_tells_the_rooms_sockets() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let [one, two, three] =
        [ann.sends(room, "1").await, ann.sends(room, "2").await, ann.sends(room, "3").await].map(|m| m["id"].clone());
    let mut at_anns = ann.opens_socket(room).await;
    let mut at_bobs = bob.opens_socket_for_all_rooms().await;

    let answer = mark(&bob, room, &json!([two, one])).await;
    assert_eq!(answer.is(200), json!({"success": true}));
    assert_eq!(last_read(&bob, room).await, two);
    assert_eq!(bob.sees_room(room).await["unread"], 1);
    let read = json!({"type": "read", "conversation": room, "user": bob.id, "last_read": two});
    assert_eq!(at_anns.next_event().await, read);
    assert_eq!(at_bobs.next_event().await, read);

    mark(&bob, room, &json!([three])).await.is(200);
    assert_eq!(last_read(&bob, room).await, three);
    assert_eq!(at_anns.next_of("read").await["last_read"], three);
}

#[tokio::test]
async fn the_mark_never_moves_back_and_only_a_move_is_told() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let [one, two] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    bob.reads(room, &two).await;
    let mut phone = ann.opens_socket(room).await;
    bob.reads(room, &two).await;
    bob.reads(room, &one).await;
    assert_eq!(last_read(&bob, room).await, two["id"]);
    assert_eq!(bob.sees_room(room).await["unread"], 0);
    phone.stays_silent().await;
}

#[tokio::test]
async fn an_id_that_is_no_message_of_the_room_changes_nothing() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let elsewhere = ann.creates_room_with(&[&bob]).await;
    let here = ann.sends(room, "here").await["id"].clone();
    let there = ann.sends(elsewhere, "there").await["id"].clone();
    let mut phone = ann.opens_socket(room).await;
    for foreign in [there, json!(1), json!(9_007_199_254_740_991_u64)] {
        mark(&bob, room, &json!([foreign])).await.refuses(404, "message_not_found");
        mark(&bob, room, &json!([here, foreign])).await.refuses(404, "message_not_found");
        mark(&bob, room, &json!([foreign, here])).await.refuses(404, "message_not_found");
    }
    assert_eq!(last_read(&bob, room).await, Value::Null);
    assert_eq!(bob.sees_room(room).await["unread"], 1);
    phone.stays_silent().await;
}

#[tokio::test]
async fn takes_1_to_100_ids() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let mut ids = Vec::new();
    for _ in 0..101 {
        ids.push(ann.sends(room, "hi").await["id"].clone());
    }
    mark(&ann, room, &json!([])).await.blames("message_ids");
    mark(&ann, room, &json!(ids)).await.blames("message_ids");
    mark(&ann, room, &json!(ids[..100])).await.is(200);
    assert_eq!(last_read(&ann, room).await, ids[99]);
}

#[tokio::test]
async fn what_is_missing_or_mistyped_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let empty = ann.post("/read-message/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("message_ids");
    for ids in [json!(1), json!(["1"]), json!([0]), json!([1.5])] {
        mark(&ann, room, &ids).await.blames("message_ids");
    }
}

#[tokio::test]
async fn only_members_read() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let message = ann.sends(room, "hi").await;
    mark(&bob, room, &json!([message["id"]])).await.refuses(403, "not_a_member");
    mark(&bob, 9_007_199_254_740_991, &json!([message["id"]])).await.refuses(404, "room_not_found");
}
