//! `POST /open-direct/`

use std::cell::Cell;

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /open-direct/", |world| Ask::Rest(json!({"user": world.other_member.id}))));

async fn asks(user: &User, other: &User) -> Answer {
    user.post("/open-direct/", &json!({"user": other.id})).await
}

#[tokio::test]
async fn two_users_have_one_room() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;

    let room = asks(&ann, &bob).await.is(201);
    assert_eq!((&room["type"], &room["peer"]["id"]), (&json!("direct"), &json!(bob.id)));
    let again = asks(&bob, &ann).await.is(200);
    assert_eq!((&again["id"], &again["peer"]["id"]), (&room["id"], &json!(ann.id)));
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/open-direct/", &json!({})).await;
    empty.blames("user");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let count = Cell::new(0);
    let points = crash_points(&server, "open-direct", async |crash| {
        // Each time with another user, because two users have one room.
        count.set(count.get() + 1);
        let bob = server.user(&format!("bob{}", count.get())).await;
        crash.is_near().await;
        let answer = asks(&ann, &bob).await;
        if crash.has_struck().await {
            answer.is_broken();
            let room = asks(&ann, &bob).await.json();
            assert_eq!(room["peer"]["id"], bob.id);
        } else {
            answer.is(201);
        }
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    asks(&ann, &bob).await.is(201);

    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("open-direct").await, cost);
}
