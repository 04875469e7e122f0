//! `POST /sync/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /sync/", |_| Ask::Rest(Value::Null)));

async fn asks(user: &User) -> Answer {
    user.post("/sync/", &json!({})).await
}

#[tokio::test]
async fn a_user_gets_the_answer() {
    let server = Server::start().await;
    let ann = server.user("ann").await;

    assert_eq!(asks(&ann).await.is(200), json!({"success": true}));
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "sync", async |crash| {
        crash.is_near().await;
        let answer = asks(&ann).await;
        if crash.has_struck().await {
            answer.is_broken();
            asks(&ann).await.is(200);
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
    let ann = server.user("ann").await;

    asks(&ann).await.is(200);

    let cost = Cost { calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 };
    assert_eq!(server.cost("sync").await, cost);
}
