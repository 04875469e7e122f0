//! `GET /list-conversation-messages/{conversation_id}/`

use e2e::{Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("GET /list-conversation-messages/{conversation_id}/", |_| Ask::Rest(Value::Null)));

async fn says(user: &User, room: u64, count: usize) -> Vec<Value> {
    let mut messages = Vec::new();
    for number in 1..=count {
        messages.push(user.sends(room, &number.to_string()).await);
    }
    messages
}

#[tokio::test]
async fn shows_all_that_was_said_in_the_room_oldest_first() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let elsewhere = ann.creates_room().await;
    assert_eq!(ann.get(&format!("/list-conversation-messages/{room}/")).await.is(200), json!([]));
    let before_bob = ann.sends(room, "before bob").await;
    ann.sends(elsewhere, "elsewhere").await;
    bob.joins(room).await;
    let to_bob = ann.sends(room, "to bob").await;
    let answer = bob.get(&format!("/list-conversation-messages/{room}/")).await;
    assert_eq!(answer.is(200), json!([before_bob, to_bob]));
    assert_eq!(answer.next(), None);
}

#[tokio::test]
async fn shows_the_newest_50_unless_asked_otherwise() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let messages = says(&ann, room, 101).await;
    let path = format!("/list-conversation-messages/{room}/");
    let link = |limit, first: &Value| Some(format!("/list-conversation-messages/{room}/?limit={limit}&before={first}"));

    let answer = ann.get(&path).await;
    assert_eq!(answer.is(200), json!(messages[51..]));
    assert_eq!(answer.next(), link(50, &messages[51]["id"]));
    // Without the path, which a proxy may have shortened.
    let query = format!("<?limit=50&before={}>; rel=\"next\"", messages[51]["id"]);
    assert_eq!(answer.header("link"), Some(&*query));
    let answer = ann.get(&format!("{path}?limit=100")).await;
    assert_eq!(answer.is(200), json!(messages[1..]));
    assert_eq!(answer.next(), link(100, &messages[1]["id"]));
    let answer = ann.get(&format!("{path}?limit=1")).await;
    assert_eq!(answer.is(200), json!(messages[100..]));
    assert_eq!(ann.pages_through(&path).await, [&messages[51..], &messages[1..51], &messages[..1]]);
}

#[tokio::test]
async fn a_page_that_just_fits_has_no_next() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let messages = says(&ann, room, 6).await;
    let path = format!("/list-conversation-messages/{room}/?limit=3");
    assert_eq!(ann.pages_through(&path).await, [&messages[3..], &messages[..3]]);
    let after_the_third = format!("{path}&after={}", messages[2]["id"]);
    assert_eq!(ann.pages_through(&after_the_third).await, [&messages[3..]]);
    let before_the_fourth = format!("{path}&before={}", messages[3]["id"]);
    assert_eq!(ann.pages_through(&before_the_fourth).await, [&messages[..3]]);
}

#[tokio::test]
async fn goes_on_page_by_page_to_the_last() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let messages = says(&ann, room, 9).await;
    let path = format!("/list-conversation-messages/{room}/?limit=4&after={}", messages[0]["id"]);
    let link = format!("/list-conversation-messages/{room}/?limit=4&after={}", messages[4]["id"]);
    assert_eq!(ann.get(&path).await.next(), Some(link));
    assert_eq!(ann.pages_through(&path).await, [&messages[1..5], &messages[5..]]);
}

#[tokio::test]
async fn a_cursor_need_not_be_a_message_of_the_room() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let elsewhere = ann.creates_room().await;
    let before = ann.sends(room, "before").await;
    let between = ann.sends(elsewhere, "between").await;
    let after = ann.sends(room, "after").await;
    let path = |query: &str| format!("/list-conversation-messages/{room}/?{query}={}", between["id"]);
    assert_eq!(ann.lists(&path("after")).await, [after]);
    assert_eq!(ann.lists(&path("before")).await, [before]);
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    bob.get(&format!("/list-conversation-messages/{room}/")).await.refuses(403, "not_a_member");
    bob.get("/list-conversation-messages/9007199254740991/").await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn after_a_crash_the_list_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    says(&ann, room, 2).await;
    let asks = crashes::asks_again(&ann, format!("/list-conversation-messages/{room}/"));
    let points = crash_points(&server, "list-conversation-messages", asks).await;
    assert!(points >= 6, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    for _ in 0..2 {
        // The item has slightly more than 4 KB.
        ann.sends(room, &"x".repeat(4_096)).await;
    }
    ann.sees_messages(room).await;
    // The session, the call, the room, the membership and the messages, all concurrently. The messages are rounded up
    // together, to 12 KB.
    let cost = server.cost("list-conversation-messages").await;
    assert_eq!(cost, Cost { calls: 5, depth: 1, reads: 5.5, writes: 1.0, pushes: 0 });
}
