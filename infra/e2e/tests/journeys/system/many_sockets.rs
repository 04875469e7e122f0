//! More sockets than a user may have: the newest replaces the one that has been silent longest.

use std::{cell::RefCell, time::Duration};

use e2e::{Cost, Socket, User, crash_points};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{
    connections::{ages, known, server},
    costs, crashes,
};

/// The sockets that a user may have.
const MOST: usize = 16;
const A_MINUTE: Duration = Duration::from_mins(1);
/// A difference in silence that does not count.
const SAME_TIME: Duration = Duration::from_secs(5);

async fn has_sixteen(user: &User, room: u64) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for _ in 0..MOST {
        sockets.push(user.opens_socket(room).await);
    }
    sockets
}

/// Sends a message. Returns the sockets that receive it; the others must be closed.
async fn living(sender: &User, room: u64, text: &str, sockets: Vec<Socket>) -> Vec<Socket> {
    sender.sends(room, text).await;
    let mut living = Vec::new();
    for mut socket in sockets {
        while let Some(event) = socket.hears().await {
            if event["text"] == text {
                living.push(socket);
                break;
            }
        }
    }
    living
}

#[tokio::test]
async fn the_seventeenth_socket_takes_the_place_of_the_oldest_and_all_others_stay() {
    let Some(server) = server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut first = bob.opens_socket(room).await;
    let oldest = known(&bob).await.into_iter().next().unwrap();
    let mut sockets = vec![];
    for _ in 1..MOST {
        sockets.push(bob.opens_socket(room).await);
    }
    ages(&bob, A_MINUTE, Some(&oldest)).await;
    sockets.push(bob.opens_socket(room).await);
    first.next_of("replaced").await;
    assert_eq!(first.is_closed_with_code().await, Some(1000));
    let known = known(&bob).await;
    assert!(known.len() == MOST && !known.contains(&oldest), "{known:?}");
    assert_eq!(living(&ann, room, "hi", sockets).await.len(), MOST);
}

#[tokio::test]
async fn of_sixteen_sockets_the_only_silent_one_is_replaced_though_others_are_older() {
    let Some(server) = server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut sockets = has_sixteen(&bob, room).await;
    ages(&bob, A_MINUTE, None).await;
    let mut silent = sockets.pop().unwrap();
    tokio::time::sleep(SAME_TIME + Duration::from_secs(1)).await;
    for socket in &mut sockets {
        socket.sends(&json!({"type": "ping"})).await;
        socket.next_of("pong").await;
    }
    sockets.push(bob.opens_socket(room).await);
    silent.next_of("replaced").await;
    assert_eq!(silent.is_closed_with_code().await, Some(1000));
    assert_eq!(living(&ann, room, "hi", sockets).await.len(), MOST);
}

#[tokio::test]
async fn sockets_that_were_opened_just_now_are_not_replaced_and_the_next_one_waits() {
    let Some(server) = server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let sockets = has_sixteen(&bob, room).await;
    let query = format!("room_name={room}");
    assert_eq!(bob.tries_socket(&query).await.err().unwrap().status, 429);
    assert_eq!(known(&bob).await.len(), MOST);
    ages(&bob, A_MINUTE, None).await;
    let new = bob.opens_socket(room).await;
    let left = living(&ann, room, "hi", sockets.into_iter().chain([new]).collect()).await;
    assert_eq!(left.len(), MOST);
    // Another user is not affected.
    ann.opens_socket(room).await.stays_silent().await;
}

#[tokio::test]
async fn handshakes_at_the_same_moment_leave_at_most_sixteen_and_the_new_ones_hear() {
    let Some(server) = server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let old = has_sixteen(&bob, room).await;
    ages(&bob, A_MINUTE, None).await;
    let new = join_all((0..6).map(|_| bob.opens_socket(room))).await;
    let left = living(&ann, room, "hi", new).await;
    assert_eq!(left.len(), 6, "none of the new ones has closed another");
    let left = living(&ann, room, "again", old).await;
    // The event makes a replaced socket look active until it is closed, so that another handshake chooses another.
    assert!(left.len() <= MOST - 6, "{}", left.len());
    assert_eq!(known(&bob).await.len(), left.len() + 6);
}

/// A `$connect` that dies while it replaces a socket leaves it open or closes it, and never lets it live without events.
#[tokio::test]
async fn a_connect_that_dies_while_it_replaces_leaves_no_socket_that_is_deaf() {
    let Some(server) = crashes::server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let query = format!("room_name={room}");
    let sockets = RefCell::new(has_sixteen(&bob, room).await);
    let rounds = RefCell::new(0);
    let points = crash_points(&server, "connect", async |crash| {
        ages(&bob, A_MINUTE, None).await;
        let mut open = sockets.take();
        crash.is_near().await;
        let opened = bob.tries_socket(&query).await;
        assert_eq!(crash.has_struck().await, opened.is_err());
        ages(&bob, A_MINUTE, None).await;
        open.push(match opened {
            Ok(socket) => socket,
            Err(_) => bob.opens_socket(room).await,
        });
        let round = rounds.replace_with(|round| *round + 1).to_string();
        let mut left = living(&ann, room, &round, open).await;
        assert!(left.len() <= MOST, "{}", left.len());
        while left.len() < MOST {
            left.push(bob.opens_socket(room).await);
        }
        sockets.replace(left);
    })
    .await;
    assert!(points >= 10, "{points}");
}

#[tokio::test]
async fn what_it_costs() {
    let Some(server) = costs::server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let _sockets = has_sixteen(&ann, room).await;
    ages(&ann, A_MINUTE, None).await;
    let _new = ann.opens_socket(room).await;
    // The socket; the session; sixteen questions; the event and the end of the replaced socket; then its attribute. The
    // item of so many sockets has more than 1 KB.
    assert_eq!(server.cost("connect").await, Cost { calls: 3, depth: 3, reads: 1.0, writes: 4.0, pushes: 18 });
}
