//! `GET /list-messages/`

use e2e::{Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /list-messages/", |_| Ask::Rest(Value::Null)));

fn texts(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["text"].as_str().unwrap()).collect()
}

/// Eleven messages, 1 to 11, in two rooms by turns.
async fn eleven_messages_in_two_rooms(ann: &User) -> Vec<Value> {
    let rooms = [ann.creates_room().await, ann.creates_room().await];
    let mut messages = Vec::new();
    for number in 1..=11 {
        messages.push(ann.sends(rooms[number % 2], &number.to_string()).await);
    }
    messages
}

#[tokio::test]
async fn nothing_was_said_at_first() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    assert_eq!(ann.get("/list-messages/").await.is(200), json!([]));
    ann.creates_room().await;
    assert_eq!(ann.get("/list-messages/").await.is(200), json!([]));
}

#[tokio::test]
async fn merges_all_rooms_oldest_first() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let messages = eleven_messages_in_two_rooms(&ann).await;
    let answer = ann.get("/list-messages/").await;
    assert_eq!(answer.is(200), json!(messages));
    assert_eq!(answer.next(), None);
}

#[tokio::test]
async fn shows_what_the_caller_sent_or_received_and_nothing_else() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let common = ann.creates_room().await;
    let private = ann.creates_room().await;
    ann.sends(common, "before bob").await;
    bob.joins(common).await;
    ann.sends(common, "to bob").await;
    ann.sends(private, "to nobody").await;
    bob.sends(common, "to ann").await;
    assert_eq!(texts(&bob.lists("/list-messages/").await), ["to bob", "to ann"]);
    assert_eq!(texts(&ann.lists("/list-messages/").await), ["before bob", "to bob", "to nobody", "to ann"]);
}

#[tokio::test]
async fn goes_back_page_by_page_to_the_first() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let messages = eleven_messages_in_two_rooms(&ann).await;
    let first = ann.get("/list-messages/?limit=4").await;
    let link = format!("/list-messages/?limit=4&before={}", messages[7]["id"]);
    assert_eq!(first.next(), Some(link));
    let pages = ann.pages_through("/list-messages/?limit=4").await;
    assert_eq!(pages, [&messages[7..], &messages[3..7], &messages[..3]]);
}

#[tokio::test]
async fn goes_on_page_by_page_to_the_last() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let messages = eleven_messages_in_two_rooms(&ann).await;
    let path = format!("/list-messages/?limit=4&after={}", messages[0]["id"]);
    let link = format!("/list-messages/?limit=4&after={}", messages[4]["id"]);
    assert_eq!(ann.get(&path).await.next(), Some(link));
    let pages = ann.pages_through(&path).await;
    assert_eq!(pages, [&messages[1..5], &messages[5..9], &messages[9..]]);
    let after_the_last = format!("/list-messages/?after={}", messages[10]["id"]);
    assert_eq!(ann.get(&after_the_last).await.is(200), json!([]));
}

#[tokio::test]
async fn what_was_not_for_the_caller_is_skipped_and_nothing_else() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    for number in 0..30 {
        ann.sends(room, &format!("before bob {number}")).await;
    }
    bob.joins(room).await;
    for number in 1..=5 {
        ann.sends(room, &number.to_string()).await;
    }
    let pages = bob.pages_through("/list-messages/?limit=3").await;
    assert_eq!(texts(&pages.concat()).len(), 5);
    assert_eq!(texts(&pages[0]), ["3", "4", "5"]);
    let forward = bob.pages_through("/list-messages/?limit=3&after=1").await;
    assert_eq!(texts(&forward.concat()), ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn after_a_crash_the_list_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    bob.creates_room_with(&[&ann]).await;
    let first = ann.sends(room, "one").await["id"].clone();
    ann.sends(room, "two").await;
    for query in ["limit=1".to_owned(), format!("limit=1&after={first}")] {
        let asks = crashes::asks_again(&ann, format!("/list-messages/?{query}"));
        let points = crash_points(&server, "list-messages", asks).await;
        assert!(points >= 8, "{query}: {points}");
    }
}

/// Each message is an item of 4 KB and a little more, which costs two read units.
#[tokio::test]
async fn reads_about_as_many_messages_as_it_shows_and_one_per_room() {
    const ROOMS: usize = 4;
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(ann.creates_room().await);
    }
    // The first room has most of them, and all of the newest.
    for (room, count) in [(3, 1), (2, 1), (1, 1), (0, 30)] {
        for _ in 0..count {
            ann.sends(rooms[room], &"x".repeat(4_096)).await;
        }
    }
    for (query, reads) in [("limit=8", 40.0), ("limit=8&after=1", 40.0)] {
        let answer = ann.get(&format!("/list-messages/?{query}")).await.is(200);
        assert_eq!(answer.as_array().unwrap().len(), 8);
        let cost = server.cost("list-messages").await;
        assert!(cost.reads <= reads && cost.depth <= 5, "{query}: {cost:?}");
    }
}

#[tokio::test]
async fn what_it_costs() {
    const ROOMS: usize = 4;
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    let mut sent = Vec::new();
    for _ in 0..ROOMS {
        let room = ann.creates_room().await;
        sent.push(ann.sends(room, "hi").await);
    }
    ann.get("/list-messages/").await.is(200);
    // The session, the call and the memberships; the rooms; then the messages of each room.
    assert_eq!(server.cost("list-messages").await, Cost { calls: 8, depth: 3, reads: 8.0, writes: 1.0, pushes: 0 });

    ann.get(&format!("/list-messages/?after={}", sent[ROOMS - 2]["id"])).await.is(200);
    // The session, the call and the memberships; the rooms; and the only room with new messages.
    assert_eq!(server.cost("list-messages").await, Cost { calls: 5, depth: 3, reads: 7.0, writes: 1.0, pushes: 0 });
}
