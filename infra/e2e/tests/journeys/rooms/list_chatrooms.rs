//! `GET /list-chatrooms/`

use e2e::{Cost, Server, User, assert_has, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /list-chatrooms/", |_| Ask::Rest(Value::Null)));

async fn ids(user: &User) -> Vec<Value> {
    user.lists("/list-chatrooms/").await.iter().map(|room| room["id"].clone()).collect()
}

#[tokio::test]
async fn nobody_is_in_a_room_at_first() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    ann.creates_room().await;
    assert_eq!(bob.get("/list-chatrooms/").await.is(200), json!([]));
}

#[tokio::test]
async fn shows_each_room_as_it_was_created_and_what_is_new_in_it() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let body = json!({"name": "Fun", "type": "group", "members": [bob.id]});
    let created = ann.post("/create-chatroom/", &body).await.is(201);
    let room = created["id"].as_u64().unwrap();
    let listed = bob.sees_room(room).await;
    assert_has(&listed, &created);
    assert_has(&listed, &json!({"unread": 0, "last_message": null}));

    let message = ann.sends(room, "hi").await;
    let listed = bob.sees_room(room).await;
    assert_has(&listed, &json!({"unread": 1, "last_message": message, "updated_at": message["created_at"]}));
}

#[tokio::test]
async fn the_most_recently_active_is_last() {
    let server = Server::start().await;
    let ([ann, bob], first) = server.room_of(["ann", "bob"]).await;
    let second = ann.creates_room_with(&[&bob]).await;
    assert_eq!(ids(&bob).await, [first, second]);
    ann.sends(first, "hi").await;
    assert_eq!(ids(&bob).await, [second, first]);
    bob.sends(second, "hi").await;
    assert_eq!(ids(&bob).await, [first, second]);
}

#[tokio::test]
async fn unread_is_what_others_said_since_one_read_or_spoke() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let unread = async |user: &User| user.sees_room(room).await["unread"].as_u64().unwrap();

    let first = ann.sends(room, "one").await;
    ann.sends(room, "two").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 2));
    bob.reads(room, &first).await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 1));
    bob.sends(room, "three").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (1, 0));
    let fourth = ann.sends(room, "four").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 1));
    bob.reads(room, &fourth).await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 0));
}

#[tokio::test]
async fn to_a_newcomer_nothing_is_unread() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let before = ann.sends(room, "before").await;
    bob.joins(room).await;
    assert_has(&bob.sees_room(room).await, &json!({"unread": 0, "last_message": before}));
    ann.sends(room, "after").await;
    assert_eq!(bob.sees_room(room).await["unread"], 1);
}

/// A function that dies after it took the turn leaves a sequence without a message.
#[tokio::test]
async fn a_message_that_never_came_leaves_a_gap_and_nothing_else() {
    let Some(server) = Server::local("the tables of a deployed system are not for tests").start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let stored = ann.sends(room, "stored").await;
    let lost = stored["id"].as_u64().unwrap() + 1;
    let turn = json!({
        "TableName": "RoomsTable", "Key": {"id": {"N": room.to_string()}},
        "UpdateExpression": "SET last_message_id = :lost, #sequence = #sequence + :one, sent.#ann = #sequence + :one",
        "ExpressionAttributeNames": {"#sequence": "sequence", "#ann": ann.id.to_string()},
        "ExpressionAttributeValues": {":lost": {"N": lost.to_string()}, ":one": {"N": "1"}},
    });
    server.dynamodb("UpdateItem", &turn).await;

    assert_has(&bob.sees_room(room).await, &json!({"unread": 1, "last_message": stored}));
    let next = ann.sends(room, "next").await;
    assert_eq!(next["sequence"], 3);
    assert_eq!(bob.sees_room(room).await["last_message"], next);
    assert_eq!(bob.sees_messages(room).await, [stored, next]);
}

#[tokio::test]
async fn after_a_crash_the_list_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    bob.creates_room_with(&[&ann]).await;
    ann.sends(room, "hi").await;
    let asks = crashes::asks_again(&ann, "/list-chatrooms/".to_owned());
    let points = crash_points(&server, "list-chatrooms", asks).await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    const ROOMS: usize = 4;
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    for _ in 0..ROOMS {
        let room = ann.creates_room().await;
        ann.sends(room, "hi").await;
    }
    ann.get("/list-chatrooms/").await.is(200);
    // The session and the memberships; the rooms; their last messages.
    assert_eq!(server.cost("list-chatrooms").await, Cost { calls: 4, depth: 3, reads: 5.5, writes: 0.0, pushes: 0 });
}
