//! `POST /edit-message/`

use std::{slice::from_ref, time::Duration};

use e2e::{Answer, Cost, File, Server, User, assert_time, crash_points};
use serde_json::{Value, json};

use super::delete_message::deletes;
use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, id_of_age, puts_message},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_sender("POST /edit-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "message_id": world.message["id"], "text": "Hello again"})
)));

/// Changes the text to "Hello again".
pub(super) async fn asks(user: &User, room: u64, message: &Value) -> Answer {
    user.post("/edit-message/", &json!({"conversation_id": room, "message_id": message["id"], "text": "Hello again"}))
        .await
}

#[tokio::test]
async fn the_message_has_the_new_text_everywhere() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let body = json!({"conversation_id": room, "text": "hello", "client_id": "7f3a"});
    let message = ann.post("/send-message/", &body).await.is(201);
    let [mut at_anns, mut at_bobs] = [ann.opens_socket(room).await, bob.opens_socket(room).await];
    let edited = asks(&ann, room, &message).await.is(200);
    let mut expected = message.clone();
    expected["text"] = json!("Hello again");
    expected["version"] = json!(2);
    expected["edited_at"] = edited["edited_at"].clone();
    expected["updated_at"] = edited["edited_at"].clone();
    assert_time(&edited["edited_at"]);
    assert_eq!(edited, expected);
    let event = json!({"type": "edited", "conversation": room, "change": 1, "message": edited});
    assert_eq!((at_anns.next_event().await, at_bobs.next_event().await), (event.clone(), event));
    assert_eq!(bob.sees_messages(room).await, from_ref(&edited));
    assert_eq!(bob.lists("/list-messages/").await, from_ref(&edited));
    assert_eq!(bob.sees_room(room).await["last_message"], edited);
    assert_eq!(bob.sees_room(room).await["changes"], 1);
    // Sending it again shows the message as it is now, and takes no turn.
    assert_eq!(ann.post("/send-message/", &body).await.is(200), edited);
    assert_eq!(bob.sends(room, "hi").await["sequence"], 2);
    assert_eq!(at_anns.receives("hi").await["changes"], 1);
}

#[tokio::test]
async fn the_same_text_changes_nothing() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    let edited = asks(&ann, room, &message).await.is(200);
    let mut at_bobs = bob.opens_socket(room).await;
    assert_eq!(asks(&ann, room, &message).await.is(200), edited);
    at_bobs.stays_silent().await;
    assert_eq!(bob.sees_room(room).await["changes"], 1);
}

#[tokio::test]
async fn only_the_sender_edits() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    asks(&bob, room, &message).await.refuses(403, "not_the_sender");
    deletes(&ann, room, &message, "everyone").await.is(200);
    asks(&ann, room, &message).await.refuses(409, "message_deleted");
    assert_eq!(bob.sees_room(room).await["changes"], 1);
}

#[tokio::test]
async fn a_message_is_edited_for_twenty_minutes() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, _], room) = server.room_of(["ann", "bob"]).await;
    let minutes_ago = async |minutes| {
        let id = id_of_age(Duration::from_mins(minutes));
        puts_message(&server, room, &ann, id, "old").await;
        asks(&ann, room, &json!({"id": id})).await
    };
    minutes_ago(21).await.refuses(409, "too_late");
    minutes_ago(19).await.is(200);
}

#[tokio::test]
async fn a_text_may_be_empty_beside_an_attachment() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let message = ann.sends(room, "hello").await;
    let edits = async |message: &Value, text: &str| {
        ann.post("/edit-message/", &json!({"conversation_id": room, "message_id": message["id"], "text": text})).await
    };
    for text in ["", " ", "a\u{0}b"] {
        edits(&message, text).await.blames("text");
    }
    let upload = ann.uploads(room, &File::picture()).await;
    let picture = ann.tries_to_attach(room, "picture", &upload).await.is(201);
    assert_eq!(edits(&picture, "look").await.is(200)["text"], "look");
    let bare = edits(&picture, "").await.is(200);
    assert_eq!((&bare["text"], &bare["attachment_picture"]["id"]), (&json!(""), &json!(upload)));
    assert_eq!(bob.sees_messages(room).await[1]["text"], "");
}

#[tokio::test]
async fn of_edits_at_the_same_moment_the_last_number_stays() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let phone = ann.logs_in_again().await;
    for _ in 0..5 {
        let message = ann.sends(room, "hello").await;
        let before = bob.sees_room(room).await["changes"].as_u64().unwrap();
        let mut at_bobs = bob.opens_socket(room).await;
        let edits = async |device: &User, text: &str| {
            let body = json!({"conversation_id": room, "message_id": message["id"], "text": text});
            device.post("/edit-message/", &body).await.is(200)
        };
        tokio::join!(edits(&ann, "laptop"), edits(&phone, "phone"));
        let changes = bob.get(&format!("/list-changes/{room}/?after={before}")).await.is(200);
        assert_eq!(changes["change"], before + 2);
        let now = changes["changed"][0].clone();
        assert!(["laptop", "phone"].iter().any(|text| now["text"] == *text), "{now}");
        // The event with the highest version is the state.
        let mut heard = at_bobs.next_of("edited").await;
        if heard["message"] != now {
            heard = at_bobs.next_of("edited").await;
        }
        assert_eq!((&heard["message"], &bob.sees_room(room).await["last_message"]), (&now, &now));
    }
}

/// The calls come in both orders, and at the same moment.
#[tokio::test]
async fn of_an_edit_and_a_deletion_no_text_is_left() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    for order in 0..8 {
        let message = ann.sends(room, "hello").await;
        let before = bob.sees_room(room).await["changes"].as_u64().unwrap();
        let edit = asks(&ann, room, &message);
        let deletion = deletes(&bob, room, &message, "everyone");
        let by_sender = deletes(&ann, room, &message, "everyone");
        let (edited, deleted) = match order {
            0 => (edit.await, by_sender.await),
            1 => {
                let deleted = by_sender.await;
                (edit.await, deleted)
            }
            _ => tokio::join!(edit, by_sender),
        };
        deletion.await.refuses(403, "not_the_sender");
        deleted.is(200);
        if edited.status != 200 {
            edited.refuses(409, "message_deleted");
        }
        let changes = bob.get(&format!("/list-changes/{room}/?after={before}")).await.is(200);
        let listed = bob.sees_messages(room).await.pop().unwrap();
        assert_eq!((&changes["changed"], &listed["text"]), (&json!([listed]), &json!("")));
        assert_eq!(bob.sees_room(room).await["last_message"], listed);
    }
}

#[tokio::test]
async fn who_has_left_edits_nothing() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    for order in 0..4 {
        let room = bob.creates_room_with(&[&ann]).await;
        let message = ann.sends(room, "hello").await;
        let edit = asks(&ann, room, &message);
        let edited = match order {
            0 => {
                let edited = edit.await;
                ann.leaves(room).await;
                edited
            }
            1 => {
                ann.leaves(room).await;
                edit.await
            }
            _ => tokio::join!(edit, ann.leaves(room)).0,
        };
        let text = if edited.status == 200 { "Hello again" } else { "hello" };
        if edited.status != 200 {
            edited.refuses(403, "not_a_member");
        }
        assert_eq!(bob.sees_messages(room).await[0]["text"], text);
        asks(&ann, room, &message).await.refuses(403, "not_a_member");
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
    connections::meets_dead_socket("edited", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/edit-message/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("message_id");
    empty.blames("text");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "edit-message", async |crash| {
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
        assert_eq!(changes["changed"][0]["text"], "Hello again");
        assert_eq!(ann.tries_to_send(room, "next").await.is(201)["sequence"], 2);
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
    assert_eq!(at_bobs.next_of("edited").await["conversation"], room);
    let cost = Cost { calls: 9, depth: 3, reads: 5.0, writes: 4.0, pushes: 1 };
    assert_eq!(server.cost("edit-message").await, cost);
}
