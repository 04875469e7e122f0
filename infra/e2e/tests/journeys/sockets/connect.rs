//! `$connect`: a socket for one room, or for all rooms of its user.

use e2e::{Cost, Server, crash_points};

use crate::support::{
    costs, crashes,
    rows::{Ask, Row},
};

inventory::submit!(Row::for_everybody("$connect", |_| Ask::Handshake(String::new())));
inventory::submit!(Row::for_members("$connect", |world| Ask::Handshake(format!("room_name={}", world.room))));

#[tokio::test]
async fn a_socket_for_a_room_hears_that_room_alone() {
    let server = Server::start().await;
    let ([ann, bob], kitchen) = server.room_of(["ann", "bob"]).await;
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
async fn a_user_may_have_many() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
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

/// A `$connect` that dies may leave a row without a socket.
#[tokio::test]
async fn a_handshake_whose_connect_dies_leaves_nothing_that_holds_anybody_up() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
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

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let _socket = ann.opens_socket(room).await;
    // The socket; then the session again, because it may have ended meanwhile.
    assert_eq!(server.cost("connect").await, Cost { calls: 2, depth: 2, reads: 1.0, writes: 1.0, pushes: 0 });
}
