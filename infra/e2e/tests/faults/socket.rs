//! Sockets: opening them, what goes over them and is not kept, and their end.

use e2e::{Server, crash_points};
use serde_json::json;

use crate::BECAUSE;

#[tokio::test]
async fn a_handshake_whose_authorizer_dies_is_refused_and_the_next_one_is_not() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let ann = server.user("ann").await;
    let room = ann.creates_room().await;
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

/// What `$connect` has remembered may be of no socket.
#[tokio::test]
async fn a_handshake_whose_connect_dies_leaves_nothing_that_holds_anybody_up() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let query = format!("room_name={room}");
    let points = crash_points(&server, "connect", async |crash| {
        let session = bob.logs_in_again().await;
        crash.is_near().await;
        let opened = session.tries_socket(&query).await;
        if crash.has_struck().await {
            assert_eq!(opened.err().expect("no socket is open").status, 502);
        } else {
            opened.expect("a socket").closes().await;
        }
        let mut socket = session.opens_socket(room).await;
        ann.sends(room, "hi").await;
        socket.receives("hi").await;
        socket.stays_silent().await;
        session.logs_out().await;
        socket.is_closed().await;
    })
    .await;
    assert!(points >= 4, "{points}");
}

/// `$disconnect` is not tried again.
#[tokio::test]
async fn a_socket_that_nobody_has_forgotten_holds_nobody_up() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let points = crash_points(&server, "disconnect", async |crash| {
        let socket = bob.opens_socket(room).await;
        crash.is_near().await;
        socket.closes().await;
        crash.has_struck().await;
        let mut again = bob.opens_socket(room).await;
        ann.sends(room, "hi").await;
        again.receives("hi").await;
        again.stays_silent().await;
    })
    .await;
    assert_eq!(points, 2);
}

#[tokio::test]
async fn typing_that_crashes_is_forgotten_and_the_socket_stays_open() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
    let [ann, bob] = server.users(["ann", "bob"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let frame = json!({"type": "typing", "conversation": room});
    let points = crash_points(&server, "typing", async |crash| {
        let (mut anns, mut bobs) = (ann.opens_socket(room).await, bob.opens_socket(room).await);
        crash.is_near().await;
        anns.sends(&frame).await;
        if crash.has_struck().await {
            anns.is_broken().await;
        }
        anns.sends(&frame).await;
        bobs.next_of("typing").await;
        anns.closes().await;
        bobs.closes().await;
    })
    .await;
    assert!(points >= 6, "{points}");
    assert_eq!(ann.sees_messages(room).await.len(), 0);
}

#[tokio::test]
async fn a_ping_that_crashes_can_be_sent_again() {
    let Some(server) = Server::start_faulty(BECAUSE).await else { return };
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
    })
    .await;
    assert_eq!(points, 2);
}
