//! Replies: `reply_to` of sent messages, `reply_to` and `quoted` of shown ones.

use e2e::{Cost, Server, User};
use serde_json::{Value, json};

use crate::support::costs::{self, Room};

async fn replies(user: &User, room: u64, text: &str, to: &Value) -> Value {
    let body = json!({"conversation_id": room, "text": text, "reply_to": to["id"]});
    user.post("/send-message/", &body).await.is(201)
}

#[tokio::test]
async fn a_reply_names_and_quotes_the_message_that_it_answers() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let original = ann.sends(room, "Tea?").await;
    let mut anns = ann.opens_socket(room).await;
    let reply = replies(&bob, room, "yes", &original).await;
    assert_eq!(reply["reply_to"], original["id"]);
    let quote = json!({"id": original["id"], "sender": ann.id, "text": "Tea?", "attachment": null});
    assert_eq!(reply["quoted"], quote);
    assert_eq!(ann.sees_messages(room).await, [original.clone(), reply.clone()]);
    assert_eq!(ann.lists("/list-messages/?limit=1").await, std::slice::from_ref(&reply));
    assert_eq!(ann.sees_room(room).await["last_message"], reply);
    // The readers of an event may see different parts of the history.
    let mut event = anns.receives("yes").await;
    assert_eq!((event.get("quoted"), &event["reply_to"]), (None, &original["id"]));
    event["quoted"] = quote;
    event.as_object_mut().unwrap().retain(|field, _| !["type", "changes"].contains(&&**field));
    assert_eq!(event, reply);
}

#[tokio::test]
async fn a_reply_over_a_socket_is_the_same() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let original = ann.sends(room, "Tea?").await;
    let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
    let frame = json!({"type": "message", "text": "yes", "reply_to": original["id"], "client_id": "1"});
    bobs.sends(&frame).await;
    for socket in [&mut anns, &mut bobs] {
        let event = socket.receives("yes").await;
        assert_eq!((&event["reply_to"], event.get("quoted")), (&original["id"], None));
    }
    assert_eq!(ann.sees_messages(room).await[1]["quoted"]["text"], "Tea?");
    // The answer to a retry is for its sender alone.
    bobs.sends(&frame).await;
    assert_eq!(bobs.receives("yes").await["quoted"]["text"], "Tea?");
    bobs.sends(&json!({"type": "message", "text": "no", "client_id": "1"})).await;
    bobs.hears_error("client_id_reused").await;
    bobs.sends(&json!({"type": "message", "text": "no", "reply_to": 7, "client_id": "2"})).await;
    assert_eq!(bobs.hears_error("message_not_found").await["client_id"], "2");
    bobs.sends_text(r#"{"type":"message","text":"no","reply_to":"7"}"#).await;
    bobs.hears_error("invalid_request").await;
}

#[tokio::test]
async fn only_a_message_of_the_room_is_answered() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let elsewhere = ann.sends(ann.creates_room_with(&[&bob]).await, "elsewhere").await;
    for id in [&elsewhere["id"], &json!(9_007_199_254_740_991_u64)] {
        let body = json!({"conversation_id": room, "text": "hi", "reply_to": id, "client_id": "1"});
        bob.post("/send-message/", &body).await.refuses(404, "message_not_found");
    }
    for value in [json!("7"), json!(0), json!(-1), json!([7]), json!({"id": 7}), json!(true)] {
        let body = json!({"conversation_id": room, "text": "hi", "reply_to": value});
        bob.post("/send-message/", &body).await.blames("reply_to");
    }
    let body = json!({"conversation_id": room, "text": "hi", "reply_to": null, "client_id": "1"});
    let sent = bob.post("/send-message/", &body).await.is(201);
    assert_eq!((&sent["sequence"], &sent["reply_to"], &sent["quoted"]), (&json!(1), &Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_quote_is_cut_between_characters_as_people_see_them() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    // Seven characters, shown as one.
    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";
    let original = ann.sends(room, &family.repeat(40)).await;
    let reply = replies(&ann, room, "sweet", &original).await;
    assert_eq!((&reply["quoted"]["text"], &reply["quoted"]["truncated"]), (&json!(family.repeat(28)), &json!(true)));
    assert_eq!(reply["quoted"], ann.sees_room(room).await["last_message"]["quoted"]);
}

#[tokio::test]
async fn what_replies_cost() {
    let Some(mut room) = Room::of_three().await else { return };
    let first = room.ann.sends(room.id, "hi").await;
    room.others_hear("message").await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    replies(&room.ann, room.id, "hi", &first).await;
    room.others_hear("message").await;
    // The membership and the other message are read beside the session.
    assert_eq!(room.cost("send-message").await, Cost { calls: 7, depth: 3, reads: 4.5, writes: 3.0, pushes: 3 });
    room.others[0].sends(&json!({"type": "message", "text": "hi", "reply_to": first["id"]})).await;
    room.others_hear("message").await;
    // The other sender's membership has the sequence of the answer.
    assert_eq!(room.cost("message").await, Cost { calls: 8, depth: 3, reads: 4.5, writes: 4.0, pushes: 3 });
}

#[tokio::test]
async fn what_a_list_of_replies_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut originals = Vec::new();
    for number in 0..3 {
        originals.push(ann.sends(room, &number.to_string()).await);
    }
    for original in &originals {
        replies(&ann, room, "reply", original).await;
    }
    ann.sees_messages(room).await;
    // All are on the page, which costs as much as one without replies.
    let known = Cost { calls: 5, depth: 1, reads: 3.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-conversation-messages").await, known);
    ann.lists(&format!("/list-conversation-messages/{room}/?limit=3")).await;
    // One call more, for all three.
    let read = Cost { calls: 6, depth: 2, reads: 6.5, ..known };
    assert_eq!(server.cost("list-conversation-messages").await, read);
}
