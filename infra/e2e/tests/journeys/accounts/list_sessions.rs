//! `GET /list-sessions/`

use e2e::{Cost, PASSWORD, Server, crash_points};
use serde_json::{Value, json};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("GET /list-sessions/", |_| Ask::Rest(Value::Null)));

#[tokio::test]
async fn each_session_of_the_caller_is_listed_with_the_name_of_its_device_and_nobody_elses() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let login = json!({"username": ann.name, "password": PASSWORD, "device": "Ann's phone 📱"});
    let login = server.post("/auth/login/", &login).await.is(200);
    let phone = ann.with_token(login["access_token"].as_str().unwrap().to_owned());
    let listed = phone.lists("/list-sessions/").await;
    let [first, second] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(
        first,
        &json!({
            "id": phone.session(), "device": "Ann's phone 📱", "created_at": first["created_at"],
            "last_used_at": first["created_at"], "current": true,
        })
    );
    assert_eq!((&second["id"], &second["device"]), (&json!(ann.session()), &Value::Null));
    assert_eq!(second["current"], false);
    assert_eq!(bob.lists("/list-sessions/").await.len(), 1);

    ann.refreshes().await.is(200);
    let listed = ann.lists("/list-sessions/").await;
    assert_eq!(listed.iter().map(|session| session["current"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
    assert!(listed[0]["last_used_at"].as_str() > listed[0]["created_at"].as_str());
    phone.logs_out().await;
    assert_eq!(ann.lists("/list-sessions/").await.len(), 1);
}

#[tokio::test]
async fn the_name_of_a_device_is_a_visible_line() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let login = |device: Value| {
        let body = json!({"username": ann.name, "password": PASSWORD, "device": device});
        let server = &server;
        async move { server.post("/auth/login/", &body).await }
    };
    for wrong in [json!(""), json!(" "), json!("two\nlines"), json!("\u{202e}turned"), json!("x".repeat(151)), json!(7)]
    {
        login(wrong).await.blames("device");
    }
    for right in [Value::Null, json!("é".repeat(150))] {
        login(right).await.is(200);
    }
    assert_eq!(ann.lists("/list-sessions/").await.len(), 3);
}

#[tokio::test]
async fn a_list_that_is_asked_for_again_is_the_same() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let points = crash_points(&server, "list-sessions", crashes::asks_again(&ann, "/list-sessions/".to_owned())).await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ann = server.user("ann").await;
    ann.lists("/list-sessions/").await;
    // The session and the pace; all sessions.
    assert_eq!(server.cost("list-sessions").await, Cost { calls: 3, depth: 1, reads: 2.0, writes: 1.0, pushes: 0 });
}
