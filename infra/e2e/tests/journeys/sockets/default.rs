//! `$default`: pings, and frames of no other route.

use e2e::{Cost, Server, crash_points};
use serde_json::json;

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("$default", |_| Ask::Frame(json!({"type": "ping"}))));

#[tokio::test]
async fn a_ping_is_answered_to_the_caller_alone() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    let mut laptop = ann.opens_socket_for_all_rooms().await;
    for socket in [&mut phone, &mut laptop] {
        socket.sends(&json!({"type": "ping"})).await;
        assert_eq!(socket.next_event().await, json!({"type": "pong"}));
    }
    phone.stays_silent().await;
}

#[tokio::test]
async fn anything_else_is_an_error_and_the_socket_stays_open() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.opens_socket(room).await;
    for frame in
        ["hello", "{", "[]", "7", "null", "{}", r#"{"type":7}"#, r#"{"type":"shout"}"#, r#"{"type":"$connect"}"#]
    {
        phone.sends_text(frame).await;
        let error = phone.next_of("error").await;
        let code = error["code"].as_str().unwrap();
        assert!(["invalid_request", "malformed_json"].contains(&code), "{frame} gave {error}");
        assert!(error["detail"].is_string() && error["request_id"].is_string(), "{frame} gave {error}");
    }
    phone.sends_text(r#"{"type": "shout", "client_id": "7f3a"}"#).await;
    assert_eq!(phone.hears_error("invalid_request").await["client_id"], "7f3a");
    phone.says(room, "still here").await;
    phone.receives("still here").await;
}

#[tokio::test]
async fn a_ping_that_crashes_can_be_sent_again() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let ping = json!({"type": "ping"});
    let points = crash_points(&server, "default", async |crash| {
        let mut socket = ann.opens_socket_for_all_rooms().await;
        crash.is_near().await;
        socket.sends(&ping).await;
        if crash.has_struck().await {
            socket.is_broken().await;
        } else {
            socket.next_of("pong").await;
        }
        socket.sends(&ping).await;
        socket.next_of("pong").await;
        crash.has_served(2).await;
    })
    .await;
    // The session and the pace, and the pong.
    assert!(points >= 6, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut socket = ann.opens_socket(room).await;
    socket.sends(&json!({"type": "ping"})).await;
    socket.next_of("pong").await;
    // The session and the pace.
    assert_eq!(server.cost("default").await, Cost { calls: 2, depth: 1, reads: 1.0, writes: 1.0, pushes: 1 });
}
