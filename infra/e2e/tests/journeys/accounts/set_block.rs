//! `POST /set-block/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::json;

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /set-block/", |world| Ask::Rest(
    json!({"user": world.other_member.id, "blocked": true})
)));

async fn asks(user: &User, other: &User) -> Answer {
    user.post("/set-block/", &json!({"user": other.id, "blocked": true})).await
}

#[tokio::test]
async fn a_user_gets_the_answer() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    assert_eq!(asks(&ann, &bob).await.is(200), json!({"user": bob.id, "blocked": true}));
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let empty = ann.post("/set-block/", &json!({})).await;
    empty.blames("user");
    empty.blames("blocked");
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let points = crash_points(&server, "set-block", async |crash| {
        crash.is_near().await;
        let answer = asks(&ann, &bob).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&ann, &bob).await.is(200);
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
    asks(&ann, &bob).await.is(200);

    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("set-block").await, cost);
}
