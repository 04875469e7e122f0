//! Opening a socket, and what any socket does.

use e2e::{Forgery, Server};
use serde_json::json;

#[tokio::test]
async fn the_token_goes_as_second_subprotocol_and_the_first_is_selected() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let socket = server.handshake("", &["bearer", &ann.token]).await.unwrap();
    assert_eq!(socket.subprotocol.as_deref(), Some("bearer"));
}

#[tokio::test]
async fn the_token_goes_in_the_query() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    for query in [format!("token={}", ann.token), format!("room_name={room}&token={}", ann.token)] {
        let mut socket = server.handshake(&query, &[]).await.unwrap();
        assert_eq!(socket.subprotocol, None);
        ann.sends(room, "hi").await;
        socket.receives("hi").await;
    }
}

#[tokio::test]
async fn no_or_a_bad_token_is_refused() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let mut bad: Vec<String> = Forgery::ALL.iter().map(|forgery| forgery.of(&ann.token)).collect();
    bad.push("a.b.c".to_owned());
    for query in [String::new(), format!("room_name={room}")] {
        for subprotocols in [&[] as &[&str], &["bearer"]] {
            assert_eq!(server.handshake(&query, subprotocols).await.err().unwrap().status, 401);
        }
        for token in &bad {
            assert_eq!(server.handshake(&query, &["bearer", token]).await.err().unwrap().status, 401, "{token}");
            let query = format!("{query}&token={token}");
            assert_eq!(server.handshake(&query, &[]).await.err().unwrap().status, 401, "{token}");
        }
    }
}

#[tokio::test]
async fn a_foreign_and_an_unknown_room_are_refused_alike() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let foreign = ann.creates_room().await;
    for room in [foreign.to_string(), "9007199254740991".to_owned(), "0".to_owned(), "kitchen".to_owned()] {
        assert_eq!(bob.tries_socket(&format!("room_name={room}")).await.err().unwrap().status, 403, "{room}");
    }
}

#[tokio::test]
async fn the_seeds_own_url_works_too() {
    let because = "API Gateway serves one path alone";
    let Some(server) = Server::start_local(because).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room().await;
    let path = format!("/ws/chat/{room}/");
    let mut by_subprotocol = server.handshake_at(&path, &["bearer", &ann.token]).await.unwrap();
    let mut by_query = server.handshake_at(&format!("{path}?token={}", ann.token), &[]).await.unwrap();
    by_query.sends(&json!({"type": "message", "text": "hi"})).await;
    by_query.receives("hi").await;
    by_subprotocol.receives("hi").await;
    assert_eq!(server.handshake_at(&path, &[]).await.err().unwrap().status, 401);
    assert_eq!(server.handshake_at(&path, &["bearer", &bob.token]).await.err().unwrap().status, 403);
}

#[tokio::test]
async fn a_socket_for_a_room_hears_that_room_alone() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let kitchen = ann.creates_room_with(&[&bob]).await;
    let garden = ann.creates_room_with(&[&bob]).await;
    let mut phone = bob.opens_socket(kitchen).await;
    let elsewhere = ann.sends(garden, "in the garden").await;
    bob.reads(garden, &elsewhere).await;
    ann.leaves(garden).await;
    ann.joins(garden).await;
    ann.sends(kitchen, "in the kitchen").await;
    phone.receives("in the kitchen").await;
    phone.stays_silent().await;
}

#[tokio::test]
async fn a_socket_for_no_room_hears_all_rooms_now_and_later() {
    let server = Server::start().await;
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let rooms = [ann.creates_room_with(&[&bob]).await, ann.creates_room_with(&[&bob]).await];
    let mut phone = bob.opens_socket_for_all_rooms().await;
    for room in rooms {
        ann.sends(room, "hi").await;
        assert_eq!(phone.receives("hi").await["conversation"], room);
    }
    let joined_later = ann.creates_room().await;
    bob.joins(joined_later).await;
    phone.next_of("joined").await;
    ann.sends(joined_later, "welcome").await;
    phone.receives("welcome").await;
    let made_later = ann.creates_room_with(&[&bob]).await;
    phone.next_of("joined").await;
    ann.sends(made_later, "welcome again").await;
    phone.receives("welcome again").await;
}

#[tokio::test]
async fn a_ping_is_answered_to_the_caller_alone() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
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
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
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
    assert_eq!(phone.is_told("invalid_request").await["client_id"], "7f3a");
    phone.says(room, "still here").await;
    phone.receives("still here").await;
}

#[tokio::test]
async fn a_user_may_have_many() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(ann.opens_socket(room).await);
    }
    sockets.remove(3).closes().await;
    ann.sends(room, "hi").await;
    for socket in &mut sockets {
        socket.receives("hi").await;
    }
}
