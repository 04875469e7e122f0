//! `POST /preview-invite/`

use e2e::{Answer, Cost, File, Server, User, crash_points, download};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /preview-invite/", |world| Ask::Rest(json!({"invite": world.invite}))));

async fn asks(user: &User, invite: &Value) -> Answer {
    user.post("/preview-invite/", &json!({"invite": invite})).await
}

#[tokio::test]
async fn a_user_gets_the_answer() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let invite = ann.resets_invite(room).await;
    assert_eq!(
        asks(&bob, &invite).await.is(200),
        json!({"name": format!("Chatroom {room}"), "description": "This is a chatroom.", "picture": null, "members_count": 1})
    );
}

#[tokio::test]
async fn the_picture_of_a_closed_room_can_be_seen_and_looking_is_not_joining() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with_picture(&File::photo(), &[]).await["id"].as_u64().unwrap();
    let change = json!({"conversation_id": room, "name": "Garden", "description": "", "access": "invite"});
    ann.post("/set-room/", &change).await.is(200);
    let invite = ann.resets_invite(room).await;
    let mut preview = asks(&bob, &invite).await.is(200);
    let picture = preview["picture"].take();
    download(&picture["url"]).await;
    download(&picture["thumbnail_url"]).await;
    assert_eq!(preview, json!({"name": "Garden", "description": "", "picture": null, "members_count": 1}));
    bob.tries_to_send(room, "hi").await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_code_is_not_valid_any_more() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room().await;
    let first = ann.resets_invite(room).await;
    let second = ann.resets_invite(room).await;
    asks(&bob, &first).await.refuses(404, "invite_invalid");
    asks(&bob, &second).await.is(200);
    ann.post("/remove-member/", &json!({"conversation_id": room, "user": cem.id, "ban": true})).await.is(200);
    asks(&cem, &second).await.refuses(404, "invite_invalid");
    ann.post("/remove-member/", &json!({"conversation_id": room, "user": cem.id, "ban": false})).await.is(200);
    asks(&cem, &second).await.is(200);
    ann.delete(&format!("/delete-chatroom/{room}/")).await.is(200);
    asks(&bob, &second).await.refuses(404, "invite_invalid");
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    ann.post("/preview-invite/", &json!({})).await.blames("invite");
}

#[tokio::test]
async fn a_code_that_no_room_has() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    for code in ["", "1", &format!("{room}.AAAAAAAAAAAAAAAAAAAAAA"), "9007199254740991.AAAAAAAAAAAAAAAAAAAAAA"] {
        ann.post("/preview-invite/", &json!({"invite": code})).await.refuses(404, "invite_invalid");
    }
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let invite = ann.resets_invite(room).await;
    let points = crash_points(&server, "preview-invite", async |crash| {
        crashes::meets(crash, async || asks(&bob, &invite).await).await.0.is(200);
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let invite = ann.resets_invite(room).await;
    asks(&bob, &invite).await.is(200);
    // The session and the call; the room and the ban.
    let cost = Cost { calls: 4, depth: 2, reads: 3.0, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("preview-invite").await, cost);
}
