//! `GET /list-invitations/`

use e2e::{Cost, File, Server, User, assert_time, crash_points, download};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /list-invitations/", |_| Ask::Rest(Value::Null)));

const PATH: &str = "/list-invitations/";

/// A room with a picture, to which the first user has invited the second.
async fn invites_to_garden(host: &User, guest: &User) -> u64 {
    guest.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    host.creates_room_with_picture(&File::photo(), &[guest]).await["id"].as_u64().unwrap()
}

#[tokio::test]
async fn a_guest_sees_the_room_and_the_inviter() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    assert_eq!(bob.get(PATH).await.is(200), json!([]));
    let first = invites_to_garden(&ann, &bob).await;
    let mut listed = bob.lists(PATH).await;
    assert_eq!(listed.len(), 1);
    assert_time(&listed[0]["expires_at"]);
    let picture = listed[0]["picture"].take();
    download(&picture["url"]).await;
    download(&picture["thumbnail_url"]).await;
    listed[0]["expires_at"].take();
    assert_eq!(
        listed[0],
        json!({
            "conversation": first, "name": format!("Chatroom {first}"), "picture": null, "members_count": 1,
            "invited_by": {"id": ann.id, "username": ann.name}, "expires_at": null,
        })
    );
    assert!(ann.lists(PATH).await.is_empty());
}

#[tokio::test]
async fn an_invitation_that_is_void_is_not_listed() {
    let server = Server::start().await;
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    bob.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    let [deleted, banned, kept] = [
        ann.creates_room_with(&[&bob]).await,
        ann.creates_room_with(&[&bob]).await,
        ann.creates_room_with(&[&bob]).await,
    ];
    let of_cem = cem.creates_room_with(&[&bob]).await;
    let rooms = async || {
        let listed = bob.lists(PATH).await;
        listed.iter().map(|invitation| invitation["conversation"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(rooms().await, [deleted, banned, kept, of_cem]);
    ann.delete(&format!("/delete-chatroom/{deleted}/")).await.is(200);
    let ban = json!({"conversation_id": banned, "user": bob.id, "ban": true});
    ann.post("/remove-member/", &ban).await.is(200);
    assert_eq!(rooms().await, [kept, of_cem]);
    let block = |blocked| json!({"user": cem.id, "blocked": blocked});
    bob.post("/set-block/", &block(true)).await.is(200);
    assert_eq!(rooms().await, [kept]);
    bob.post("/set-block/", &block(false)).await.is(200);
    assert_eq!(rooms().await, [kept, of_cem]);
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    invites_to_garden(&ann, &bob).await;
    let points = crash_points(&server, "list-invitations", async |crash| {
        let (answer, _) = crashes::meets(crash, async || bob.get(PATH).await).await;
        assert_eq!(answer.is(200).as_array().unwrap().len(), 1);
    })
    .await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    bob.get(PATH).await.is(200);
    // The session and the call; the invitations.
    let cost = Cost { calls: 3, depth: 2, reads: 2.0, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-invitations").await, cost);

    bob.post("/set-privacy/", &json!({"add": "nobody"})).await.is(200);
    for _ in 0..2 {
        ann.creates_room_with(&[&bob]).await;
    }
    bob.get(PATH).await.is(200);
    // Their rooms, the inviters and the blocks at the same time.
    let cost = Cost { calls: 6, depth: 3, reads: 5.5, writes: 1.0, pushes: 0 };
    assert_eq!(server.cost("list-invitations").await, cost);
}
