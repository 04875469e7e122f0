//! `POST /delete-message/`

use std::{
    slice::from_ref,
    time::{Duration, Instant},
};

use e2e::{Answer, Cost, File, Server, User, assert_time, crash_points};
use serde_json::{Value, json};

use crate::support::{
    connections, costs, crashes,
    items::{BECAUSE, id_of_age, puts_message},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_members("POST /delete-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "message_id": world.message["id"], "for": "me"})
)));
inventory::submit!(Row::for_sender("POST /delete-message/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "message_id": world.message["id"], "for": "everyone"})
)));

pub(super) async fn deletes(user: &User, room: u64, message: &Value, audience: &str) -> Answer {
    let body = json!({"conversation_id": room, "message_id": message["id"], "for": audience});
    user.post("/delete-message/", &body).await
}

async fn asks(user: &User, room: u64, message: &Value) -> Answer {
    deletes(user, room, message, "everyone").await
}

#[tokio::test]
async fn a_stub_stays_for_everyone() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let body = json!({"conversation_id": room, "text": "hello", "client_id": "7f3a"});
    let message = ann.post("/send-message/", &body).await.is(201);
    let [mut at_anns, mut at_bobs] = [ann.opens_socket(room).await, bob.opens_socket(room).await];
    let deleted = asks(&ann, room, &message).await.is(200);
    let mut expected = message.clone();
    expected["text"] = json!("");
    expected["version"] = json!(2);
    for time in ["updated_at", "deleted_at"] {
        expected[time] = deleted["deleted_at"].clone();
    }
    expected["deleted_by"] = json!(ann.id);
    assert_time(&deleted["deleted_at"]);
    assert_eq!(deleted, expected);
    let event = json!({"type": "deleted", "conversation": room, "change": 1, "message": deleted});
    assert_eq!((at_anns.next_event().await, at_bobs.next_event().await), (event.clone(), event));
    assert_eq!(bob.sees_messages(room).await, from_ref(&deleted));
    assert_eq!(bob.lists("/list-messages/").await, from_ref(&deleted));
    assert_eq!(bob.sees_room(room).await["last_message"], deleted);
    // Neither a repetition nor the outbox of another device brings the text back.
    assert_eq!(asks(&ann, room, &message).await.is(200), deleted);
    assert_eq!(ann.post("/send-message/", &body).await.is(200), deleted);
    at_bobs.stays_silent().await;
    assert_eq!(bob.sees_room(room).await["changes"], 1);
}

#[tokio::test]
async fn the_sender_deletes_for_sixty_hours_and_an_admin_always() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob, &cem]).await;
    let hours_ago = async |hours| {
        let id = id_of_age(Duration::from_hours(hours));
        puts_message(&server, room, &bob, id, "old").await;
        json!({"id": id})
    };
    let (late, early) = (hours_ago(61).await, hours_ago(59).await);
    asks(&cem, room, &early).await.refuses(403, "not_the_sender");
    asks(&bob, room, &early).await.is(200);
    asks(&bob, room, &late).await.refuses(409, "too_late");
    assert_eq!(asks(&ann, room, &late).await.is(200)["deleted_by"], ann.id);
    let direct = ann.opens_direct(&bob).await;
    let message = bob.sends(direct, "hello").await;
    asks(&ann, direct, &message).await.refuses(403, "not_the_sender");
}

#[tokio::test]
async fn for_oneself_on_all_devices() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let [first, second] = [ann.sends(room, "first").await, ann.sends(room, "second").await];
    let [mut at_anns, mut at_bobs] = [ann.opens_socket(room).await, bob.opens_socket(room).await];
    let tablet = bob.logs_in_again().await;
    let hidden = deletes(&bob, room, &second, "me").await.is(200);
    assert_eq!((&hidden["hidden"], &hidden["text"], &hidden["deleted_at"]), (&json!(true), &json!(""), &Value::Null));
    assert_eq!(at_bobs.next_of("deleted").await["message"], hidden);
    at_anns.stays_silent().await;
    assert_eq!(tablet.sees_messages(room).await, from_ref(&first));
    assert_eq!(tablet.lists("/list-messages/").await, from_ref(&first));
    assert_eq!(tablet.sees_room(room).await["last_message"], first);
    let changes = async |user: &User| user.get(&format!("/list-changes/{room}/?after=0")).await;
    assert_eq!(changes(&tablet).await.is(200)["changed"], json!([hidden]));
    assert_eq!(changes(&ann).await.is(200), json!({"changed": [], "change": 1, "more": false, "reset": false}));
    assert_eq!(ann.sees_messages(room).await, [first, second]);
}

#[tokio::test]
async fn its_files_are_gone_and_links_end() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let upload = ann.uploads(room, &File::picture()).await;
    let message = ann.tries_to_attach(room, "picture", &upload).await.is(201);
    let links = ["url", "thumbnail_url"].map(|link| message["attachment_picture"][link].as_str().unwrap().to_owned());
    for link in &links {
        assert_eq!(reqwest::get(link).await.unwrap().status(), 200);
    }
    let deleted = asks(&ann, room, &message).await.is(200);
    assert_eq!(deleted["attachment_picture"], Value::Null);
    are_gone(&server, &upload, &links).await;
    assert_eq!(bob.sees_messages(room).await, [deleted]);
}

/// Waits until a file is gone, with its record and the request.
async fn are_gone(server: &Server, file: &str, links: &[String]) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let is_left = async || {
        let keys = server.keys().await;
        keys.iter().any(|key| key.ends_with(file) || key.starts_with("erasures/"))
    };
    while is_left().await {
        assert!(Instant::now() < deadline, "{:?}", server.keys().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for link in links {
        assert!(reqwest::get(link).await.unwrap().status().is_client_error());
    }
}

#[tokio::test]
async fn the_sender_and_an_admin_delete_at_the_same_moment() {
    let server = Server::start().await;
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    for _ in 0..4 {
        let message = bob.sends(room, "hello").await;
        let (by_sender, by_admin) = tokio::join!(asks(&bob, room, &message), asks(&ann, room, &message));
        assert_eq!(by_sender.is(200), by_admin.is(200));
        assert_eq!(bob.sees_messages(room).await.pop().unwrap(), by_admin.json());
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
    connections::meets_dead_socket("deleted", &bob, &mut at_bobs, call).await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/delete-message/", &json!({})).await;
    empty.blames("conversation_id");
    empty.blames("message_id");
    empty.blames("for");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "delete-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let upload = ann.uploads(room, &File::picture()).await;
        let message = ann.tries_to_attach(room, "picture", &upload).await.is(201);
        let links = [message["attachment_picture"]["url"].as_str().unwrap().to_owned()];
        let _listening = bob.opens_socket(room).await;
        crash.is_near().await;
        let answer = asks(&ann, room, &message).await;
        if crash.has_struck().await {
            answer.is_broken();
        } else {
            answer.is(200);
        }
        asks(&ann, room, &message).await.is(200);
        are_gone(&server, &upload, &links).await;
        let changes = bob.get(&format!("/list-changes/{room}/?after=0")).await.is(200);
        assert_eq!(changes["changed"][0]["deleted_by"], ann.id);
    })
    .await;
    assert!(points >= 20, "{points}");
}

#[tokio::test]
async fn a_deletion_for_oneself_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "delete-message", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let message = ann.sends(room, "hello").await;
        let (hidden, _) = crashes::meets(crash, async || deletes(&bob, room, &message, "me").await).await;
        assert_eq!(hidden.is(200)["hidden"], true);
        let changes = bob.get(&format!("/list-changes/{room}/?after=0")).await.is(200);
        assert_eq!(changes["changed"][0]["hidden"], true);
        assert_eq!(bob.sees_room(room).await["unread"], 0);
    })
    .await;
    assert!(points >= 14, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let mut at_bobs = bob.opens_socket(room).await;
    asks(&ann, room, &message).await.is(200);
    assert_eq!(at_bobs.next_of("deleted").await["conversation"], room);
    let cost = Cost { calls: 9, depth: 3, reads: 5.0, writes: 4.0, pushes: 1 };
    assert_eq!(server.cost("delete-message").await, cost);

    let upload = ann.uploads(room, &File::picture()).await;
    let message = ann.tries_to_attach(room, "picture", &upload).await.is(201);
    // Not ahead of the pace of the sender.
    tokio::time::sleep(Duration::from_secs(1)).await;
    asks(&ann, room, &message).await.is(200);
    // The request to erase the files is a call of S3, between the number and the deletion.
    assert_eq!(server.cost("delete-message").await, Cost { depth: 4, ..cost });
}
