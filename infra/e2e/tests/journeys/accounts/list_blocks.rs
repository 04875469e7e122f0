//! `GET /list-blocks/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /list-blocks/", |_| Ask::Rest(Value::Null)));

async fn asks(user: &User) -> Answer {
    user.get("/list-blocks/").await
}

async fn blocks(user: &User, other: &User, blocked: bool) {
    user.post("/set-block/", &json!({"user": other.id, "blocked": blocked})).await.is(200);
}

#[tokio::test]
async fn blocks_are_in_the_order_in_which_they_were_set() {
    let server = Server::start().await;
    let [ann, bob, cem, dan] = server.users(["ann", "bob", "cem", "dan"]).await;
    assert_eq!(asks(&ann).await.is(200), json!([]));
    for other in [&dan, &bob, &cem] {
        blocks(&ann, other, true).await;
    }
    blocks(&bob, &ann, true).await;
    blocks(&ann, &bob, false).await;
    let listed = asks(&ann).await.is(200);
    for (n, other) in [&dan, &cem].into_iter().enumerate() {
        assert_eq!((&listed[n]["user"], &listed[n]["username"]), (&json!(other.id), &json!(other.name)));
        assert!(listed[n]["blocked_at"].is_string());
    }
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    blocks(&ann, &bob, true).await;
    let points = crash_points(&server, "list-blocks", async |crash| {
        let (answer, _) = crashes::meets(crash, async || asks(&ann).await).await;
        assert_eq!(answer.is(200)[0]["user"], bob.id);
    })
    .await;
    assert!(points >= 8, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    blocks(&ann, &bob, true).await;
    asks(&ann).await.is(200);
    // The session and the call with the blocks; the names.
    assert_eq!(server.cost("list-blocks").await, Cost { calls: 4, depth: 2, reads: 2.5, writes: 1.0, pushes: 0 });
}
