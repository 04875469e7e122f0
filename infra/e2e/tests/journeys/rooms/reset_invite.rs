//! `POST /reset-invite/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    costs, crashes,
    items::{BECAUSE, changes_room},
    rows::{Ask, Row},
};

inventory::submit!(Row::for_admins("POST /reset-invite/", |world| Ask::Rest(
    json!({"conversation_id": world.room, "enabled": true})
)));

async fn asks(user: &User, room: u64) -> Answer {
    user.post("/reset-invite/", &json!({"conversation_id": room, "enabled": true})).await
}

#[tokio::test]
async fn a_new_code_replaces_the_earlier_one() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;

    let [first, second] = [asks(&ann, room).await.is(200), asks(&ann, room).await.is(200)];
    assert!(first["invite"].as_str().unwrap().starts_with(&format!("{room}.")), "{first}");
    bob.post("/preview-invite/", &first).await.refuses(404, "invite_invalid");
    bob.post("/preview-invite/", &second).await.is(200);
    let disabled = ann.post("/reset-invite/", &json!({"conversation_id": room, "enabled": false})).await;
    assert_eq!(disabled.is(200), json!({"invite": null}));
    bob.post("/preview-invite/", &second).await.refuses(404, "invite_invalid");
}

#[tokio::test]
async fn a_room_that_one_is_not_in() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    asks(&bob, room).await.refuses(403, "not_a_member");
    asks(&bob, 9_007_199_254_740_991).await.refuses(404, "room_not_found");
    let closed = ann.post("/create-chatroom/", &json!({"access": "invite"})).await.is(201);
    asks(&bob, closed["id"].as_u64().unwrap()).await.refuses(404, "room_not_found");
}

#[tokio::test]
async fn a_member_who_is_no_admin() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let invite = ann.resets_invite(room).await;
    for enabled in [true, false] {
        let refused = bob.post("/reset-invite/", &json!({"conversation_id": room, "enabled": enabled})).await;
        refused.refuses(403, "not_an_admin");
    }
    bob.post("/preview-invite/", &json!({"invite": invite})).await.is(200);
}

/// In a room from before there were owners, the creator may have left.
#[tokio::test]
async fn the_oldest_member_of_an_old_room_resets_its_code() {
    let Some(server) = Server::local(BECAUSE).start().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    cem.joins(room).await;
    ann.leaves(room).await;
    changes_room(&server, room, "REMOVE #owner", json!({})).await;
    asks(&cem, room).await.refuses(403, "not_an_admin");
    asks(&bob, room).await.is(200);
    assert_eq!(cem.sees_room(room).await["owner"], bob.id);
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/reset-invite/", &json!({})).await;
    empty.blames("conversation_id");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "reset-invite", async |crash| {
        let room = ann.creates_room_with(&[&bob]).await;
        let (answer, _) = crashes::meets(crash, async || asks(&ann, room).await).await;
        bob.post("/preview-invite/", &answer.is(200)).await.is(200);
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    asks(&ann, room).await.is(200);
    // The session and the call; the room.
    let cost = Cost { calls: 3, depth: 2, reads: 1.0, writes: 2.0, pushes: 0 };
    assert_eq!(server.cost("reset-invite").await, cost);
}
