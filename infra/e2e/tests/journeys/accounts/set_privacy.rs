//! `POST /set-privacy/`

use e2e::{Answer, Cost, Server, User, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    items::BECAUSE,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("POST /set-privacy/", |_| Ask::Rest(json!({"add": "everyone"}))));

async fn asks(user: &User, add: &str) -> Answer {
    user.post("/set-privacy/", &json!({"add": add})).await
}

/// The settings that are in force.
async fn settings(user: &User) -> Value {
    user.post("/set-privacy/", &json!({})).await.is(200)
}

/// Who can add a user.
async fn setting(user: &User) -> Value {
    settings(user).await["add"].clone()
}

#[tokio::test]
async fn a_setting_stays_until_another_one_is_given() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let usual = setting(&bob).await;
    for add in ["everyone", "contacts", "nobody"] {
        let all = json!({"add": add, "last_seen": "everyone", "online": "everyone", "receipts": true});
        assert_eq!(asks(&ann, add).await.is(200), all);
        assert_eq!(setting(&ann).await, add);
    }
    asks(&ann, "friends").await.blames("add");
    assert_eq!((setting(&ann).await, setting(&bob).await), (json!("nobody"), usual));
}

#[tokio::test]
async fn each_setting_is_changed_by_itself_and_a_wrong_one_changes_nothing() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let mut expected = settings(&ann).await;
    for (field, value) in [
        ("last_seen", json!("contacts")),
        ("online", json!("nobody")),
        ("receipts", json!(false)),
        ("last_seen", json!("everyone")),
        ("receipts", json!(true)),
    ] {
        expected[field] = value.clone();
        assert_eq!(ann.post("/set-privacy/", &json!({field: value, "more": 1})).await.is(200), expected);
        assert_eq!(settings(&ann).await, expected);
    }
    for (field, value) in [("last_seen", json!("friends")), ("online", json!(true)), ("receipts", json!("yes"))] {
        ann.post("/set-privacy/", &json!({"add": "nobody", field: value})).await.blames(field);
    }
    assert_eq!(settings(&ann).await, expected);
}

#[tokio::test]
async fn the_default_is_a_parameter() {
    let Some(server) = Server::local(BECAUSE).parameters(&["WhoCanAdd=contacts"]).start().await else { return };
    assert_eq!(setting(&server.user("ann").await).await, "contacts");
}

#[tokio::test]
async fn others_add_a_user_as_the_setting_allows() {
    let server = Server::start().await;
    let [ann, contact, stranger] = server.users(["ann", "contact", "stranger"]).await;
    let direct = ann.post("/open-direct/", &json!({"user": contact.id})).await.is(201)["id"].as_u64().unwrap();
    ann.sends(direct, "hi").await;
    for (add, adders) in [("everyone", 2), ("contacts", 1), ("nobody", 0)] {
        asks(&ann, add).await.is(200);
        for (n, adder) in [&contact, &stranger].into_iter().enumerate() {
            let room = adder.creates_room_with(&[&ann]).await;
            let is_member = ann.lists("/list-chatrooms/").await.iter().any(|listed| listed["id"] == room);
            assert_eq!(is_member, n < adders, "{add}: {}", adder.name);
        }
    }
    assert_eq!(ann.lists("/list-invitations/").await.len(), 3);
}

#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "set-privacy", async |crash| {
        let (answer, _) = crashes::meets(crash, async || asks(&ann, "nobody").await).await;
        answer.is(200);
        assert_eq!(setting(&ann).await, "nobody");
        asks(&ann, "everyone").await.is(200);
    })
    .await;
    assert!(points >= 6, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    asks(&ann, "nobody").await.is(200);
    // The session and the call; the setting.
    assert_eq!(server.cost("set-privacy").await, Cost { calls: 3, depth: 2, reads: 1.0, writes: 2.0, pushes: 0 });
    setting(&ann).await;
    assert_eq!(server.cost("set-privacy").await, Cost { calls: 3, depth: 2, reads: 1.5, writes: 1.0, pushes: 0 });
}
