//! The authorizer of the handshake: its token, and the room that it names.

use e2e::{Cost, Forgery, PROTOCOLS, Server, crash_points};
use serde_json::json;

use crate::support::{costs, crashes};

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
    let ([ann], room) = server.room_of(["ann"]).await;
    for query in [format!("token={}", ann.token), format!("room_name={room}&token={}", ann.token)] {
        let mut socket = server.handshake(&query, &[]).await.unwrap();
        assert_eq!(socket.subprotocol, None);
        ann.sends(room, "hi").await;
        socket.receives("hi").await;
    }
}

#[tokio::test]
async fn the_token_goes_in_the_header_by_any_spelling_of_the_scheme() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let query = format!("room_name={room}");
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let value = format!("{scheme} {}", ann.token);
        let mut socket = server.handshake_with(&query, &[("authorization", &value)]).await.unwrap();
        assert_eq!(socket.subprotocol, None);
        ann.sends(room, "hi").await;
        socket.receives("hi").await;
    }
    let value = format!("Bearer {}", ann.token);
    for refused in [vec![ann.token.as_str()], vec![&value, &value]] {
        let lines: Vec<_> = refused.into_iter().map(|value| ("authorization", value)).collect();
        assert_eq!(server.handshake_with(&query, &lines).await.err().unwrap().status, 401);
    }
}

#[tokio::test]
async fn of_several_tokens_the_header_counts_and_then_the_subprotocol() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let (good, bad) = (ann.token.as_str(), Forgery::ALL[0].of(&ann.token));
    let tries = async |header: &str, offered: &str, query: &str| {
        let (header, offered) = (format!("Bearer {header}"), format!("bearer, {offered}"));
        let headers = [("authorization", header.as_str()), (PROTOCOLS, &offered)];
        // A header of another scheme, as of a proxy, is none.
        let headers = if header.ends_with("none") { &headers[1..] } else { &headers };
        server.handshake_with(&format!("token={query}"), headers).await.map(|socket| socket.subprotocol)
    };
    for (header, offered, query, status) in
        [(good, &*bad, &*bad, 101), (&bad, good, good, 401), ("none", good, &bad, 101), ("none", &bad, good, 401)]
    {
        match tries(header, offered, query).await {
            // An offered subprotocol is selected, whether or not it has the token.
            Ok(subprotocol) => assert_eq!((status, subprotocol.as_deref()), (101, Some("bearer"))),
            Err(refusal) => assert_eq!(refusal.status, status),
        }
    }
}

/// Lines of one name are one list (RFC 9110, section 5.3).
#[tokio::test]
async fn subprotocols_come_in_one_line_or_in_several() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    let both = format!("bearer, {}", ann.token);
    for lines in
        [&["bearer", &ann.token] as &[&str], &[&both, "chat"], &["bearer,", &ann.token], &["bearer", "", &ann.token]]
    {
        let headers: Vec<_> = lines.iter().map(|line| (PROTOCOLS, *line)).collect();
        let socket = server.handshake_with("", &headers).await;
        assert_eq!(socket.expect("a socket").subprotocol.as_deref(), Some("bearer"), "{}", lines.len());
    }
    let headers = [(PROTOCOLS, ann.token.as_str()), (PROTOCOLS, "bearer")];
    assert_eq!(server.handshake_with("", &headers).await.err().unwrap().status, 401);
}

#[tokio::test]
async fn no_or_a_bad_token_is_refused() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
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
async fn an_empty_room_is_none() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let mut phone = ann.tries_socket("room_name=").await.unwrap();
    ann.sends(room, "hi").await;
    phone.receives("hi").await;
    phone.sends(&json!({"type": "message", "text": "to which room?"})).await;
    phone.hears_error("invalid_request").await;
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
    let Some(server) = Server::local("API Gateway serves one path only").start().await else { return };
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
async fn a_handshake_whose_authorizer_dies_is_refused_and_the_next_one_is_not() {
    let Some(server) = crashes::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let query = format!("room_name={room}");
    let points = crash_points(&server, "authorize", async |crash| {
        crash.is_near().await;
        let opened = ann.tries_socket(&query).await;
        if crash.has_struck().await {
            assert_eq!(opened.err().expect("nobody was let in").status, 500);
        } else {
            opened.expect("a socket");
        }
        ann.opens_socket(room).await.stays_silent().await;
    })
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let _socket = ann.opens_socket(room).await;
    // The session and the membership, both as they are now.
    assert_eq!(server.cost("authorize").await, Cost { calls: 2, depth: 1, reads: 2.0, writes: 0.0, pushes: 0 });
}
