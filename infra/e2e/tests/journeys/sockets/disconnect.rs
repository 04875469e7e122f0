//! `$disconnect`

use std::cell::Cell;

use e2e::{Cost, crash_points};

use crate::support::{
    connections::{self, known, knows_only},
    costs, crashes,
};

#[tokio::test]
async fn a_socket_that_closes_is_forgotten_before_any_event_meets_it() {
    let Some(server) = connections::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let _laptop = ann.opens_socket(room).await;
    let laptop = known(&ann).await;
    let phone = ann.opens_socket(room).await;
    assert_eq!(known(&ann).await.len(), 2);
    phone.closes().await;
    knows_only(&ann, &laptop).await;
}

/// API Gateway does not retry `$disconnect`.
#[tokio::test]
async fn a_socket_that_nobody_has_forgotten_holds_nobody_up() {
    let Some(server) = crashes::server().await else { return };
    let ann = server.user("ann").await;
    let number = Cell::new(0);
    let points = crash_points(&server, "disconnect", async |crash| {
        // The first socket of each is also the last one.
        number.set(number.get() + 1);
        let bob = server.user(&format!("bob{}", number.get())).await;
        let room = ann.creates_room_with(&[&bob]).await;
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
    // The removal of the socket, and when its user was last seen.
    assert_eq!(points, 4);
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let laptop = ann.opens_socket(room).await;
    ann.opens_socket(room).await.closes().await;
    // The removal of the socket.
    assert_eq!(server.cost("disconnect").await, Cost { calls: 1, depth: 1, reads: 0.0, writes: 1.0, pushes: 0 });
    laptop.closes().await;
    // The last one; when the user was last seen.
    assert_eq!(server.cost("disconnect").await, Cost { calls: 2, depth: 2, reads: 0.0, writes: 2.0, pushes: 0 });
}
