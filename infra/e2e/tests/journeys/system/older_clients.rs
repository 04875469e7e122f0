//! A client from before replies, mentions and forwards: it knows the fields of its time and ignores all others.

use e2e::{Server, User};
use serde_json::{Value, json};

/// The fields of a message that the client knows.
const KNOWN: [&str; 12] = [
    "id",
    "conversation",
    "sender",
    "receivers",
    "receivers_count",
    "attachment_picture",
    "attachment_video",
    "text",
    "created_at",
    "updated_at",
    "sequence",
    "client_id",
];

/// A message with the fields that the client knows, all of which it has.
fn known(message: &Value) -> Value {
    let field =
        |name: &str| (name.to_owned(), message.get(name).unwrap_or_else(|| panic!("{name}: {message}")).clone());
    KNOWN.into_iter().map(field).collect::<serde_json::Map<_, _>>().into()
}

async fn sends(user: &User, body: Value) -> Value {
    user.post("/send-message/", &body).await.is(201)
}

#[tokio::test]
async fn an_older_client_gets_replies_mentions_and_forwards_as_messages() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut old = bob.opens_socket(room).await;
    old.sends(&json!({"type": "message", "text": "Tea?", "client_id": "old"})).await;
    let mut heard = vec![known(&old.next_event().await)];
    let first = heard[0]["id"].clone();
    let reply = json!({
        "conversation_id": room, "text": "yes", "client_id": "new", "reply_to": first, "mentions": [bob.id],
    });
    let mut sent = vec![sends(&ann, reply).await];
    sent.push(sends(&ann, json!({"conversation_id": room, "text": "all!", "mentions_all": true})).await);
    let forward = json!({"conversation_id": room, "message_id": first, "to": [room], "client_id": "f1"});
    sent.push(ann.post("/forward-message/", &forward).await.is(200)[0]["message"].clone());
    for message in &sent {
        heard.push(known(&old.next_event().await));
        assert_eq!(heard.last(), Some(&known(message)));
    }
    old.stays_silent().await;
    let sequences: Vec<_> = heard.iter().map(|message| message["sequence"].clone()).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
    // It catches up as ever, and its own messages are as they were.
    let listed = bob.lists(&format!("/list-conversation-messages/{room}/?after={first}")).await;
    assert_eq!(listed.iter().map(known).collect::<Vec<_>>(), heard[1..]);
    assert_eq!(bob.lists("/list-messages/").await.iter().map(known).collect::<Vec<_>>(), heard);
    assert_eq!(known(&bob.sees_room(room).await["last_message"]), heard[3]);
    let again = json!({"conversation_id": room, "text": "Tea?", "client_id": "old"});
    assert_eq!(known(&bob.post("/send-message/", &again).await.is(200)), heard[0]);
    bob.reads(room, &heard[3]).await;
}
