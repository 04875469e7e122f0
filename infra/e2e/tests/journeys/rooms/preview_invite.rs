//! `POST /preview-invite/`

use e2e::{Answer, Cost, Server, User, crash_points};
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
        crash.is_near().await;
        let answer = asks(&bob, &invite).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&bob, &invite).await.is(200);
        } else {
            answer.is(200);
        }
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

    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("preview-invite").await, cost);
}
