//! `GET /search-messages/`

use e2e::{Answer, Cost, Server, User, crash_points};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("GET /search-messages/", |world| Ask::Query(vec![
    ("conversation_id", world.room.to_string()),
    ("q", "hello".to_owned()),
])));

pub(crate) async fn asks(user: &User, room: u64, words: &str) -> Answer {
    let query = [("conversation_id", room.to_string()), ("q", words.to_owned())];
    Answer::to(user.request(Method::GET, "/search-messages/").query(&query)).await
}

fn found(messages: &[&Value]) -> Value {
    json!({"messages": messages, "searched_back_to": null})
}

#[tokio::test]
async fn finds_the_messages_of_the_room_newest_first() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let elsewhere = ann.creates_room().await;
    ann.sends(elsewhere, "pizza elsewhere").await;
    let first = ann.sends(room, "Pizza tonight?").await;
    ann.sends(room, "or noodles").await;
    let second = bob.sends(room, "la pizzería!").await;
    assert_eq!(asks(&bob, room, "pizz").await.is(200), found(&[&second, &first]));
    assert_eq!(asks(&bob, room, "TONIGHT, pizza").await.is(200), found(&[&first]));
    let nothing = asks(&bob, room, "izza").await;
    assert_eq!((nothing.is(200), nothing.next()), (found(&[]), None));
}

#[tokio::test]
async fn finds_words_of_any_script() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    for (words, text) in [
        ("שלום", "שָׁלוֹם עולם"),
        ("أحمد", "احمد هنا"),
        ("京都", "東京都に住む"),
        ("ワード", "パスワード"),
        ("हिन", "हिन्दी"),
    ] {
        let message = ann.sends(room, text).await;
        assert_eq!(asks(&ann, room, words).await.is(200), found(&[&message]), "{words}");
    }
}

#[tokio::test]
async fn goes_on_before_the_last_message_that_it_has_found() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut messages = Vec::new();
    for number in 0..21 {
        messages.push(ann.sends(room, &format!("50 % off & more? {number}")).await);
    }
    let answer = asks(&ann, room, "50 % off & more?").await;
    let newest: Vec<_> = messages[1..].iter().rev().collect();
    assert_eq!(answer.is(200), json!({"messages": newest, "searched_back_to": messages[1]["id"]}));
    let next = ann.get(&answer.next().unwrap()).await;
    assert_eq!((next.is(200), next.next()), (found(&[&messages[0]]), None));
}

#[tokio::test]
async fn blames_each_parameter() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let long = "x".repeat(101);
    for (query, blamed) in [
        (format!("conversation_id={room}"), "q"),
        (format!("conversation_id={room}&q="), "q"),
        (format!("conversation_id={room}&q=%20"), "q"),
        (format!("conversation_id={room}&q=%F0%9F%98%80"), "q"),
        (format!("conversation_id={room}&q={long}"), "q"),
        ("q=hello".to_owned(), "conversation_id"),
        ("conversation_id=x&q=hello".to_owned(), "conversation_id"),
        ("conversation_id=0&q=hello".to_owned(), "conversation_id"),
        (format!("conversation_id={room}&q=hello&before=0"), "before"),
        (format!("conversation_id={room}&q=hello&before="), "before"),
        ("conversation_id=&q=!&before=x".to_owned(), "before"),
    ] {
        ann.get(&format!("/search-messages/?{query}")).await.blames(blamed);
    }
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, room, "hello").await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991, "hello").await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let message = ann.sends(room, "hello").await;
    let reply = json!({"conversation_id": room, "text": "hello back", "reply_to": message["id"]});
    ann.post("/send-message/", &reply).await.is(201);
    let asks = crashes::asks_again(&ann, format!("/search-messages/?conversation_id={room}&q=back"));
    let points = crash_points(&server, "search-messages", asks).await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;

    asks(&ann, room, "hello").await.is(200);
    // The session and the call; the search, the room and the membership; the messages.
    let cost = Cost { calls: 6, depth: 3, reads: 3.0, writes: 2.0, pushes: 0 };
    assert_eq!(server.cost("search-messages").await, cost);

    for text in ["x".repeat(4_096), "x".repeat(4_096), "hello".to_owned()] {
        ann.sends(room, &text).await;
    }
    asks(&ann, room, "hello").await.is(200);
    // 12 KB at half the price, and the message that is found.
    assert_eq!(server.cost("search-messages").await, Cost { calls: 7, depth: 4, reads: 5.0, ..cost });
}
