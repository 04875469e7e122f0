//! Dead sockets: each is removed from the table, and until then it delays no event.

use std::time::Duration;

use e2e::Server;
use serde_json::json;

use crate::support::connections::{
    DEAD, before_now, dies_unnoticed, dies_unnoticed_as, key, known, knows_only, meets_dead_socket, server,
};

/// An endpoint that was added later has this journey in its own file.
#[tokio::test]
async fn every_event_reaches_the_living_and_forgets_the_dead() {
    let Some(server) = server().await else { return };
    let [ann, bob, cem] = server.users(["ann", "bob", "cem"]).await;
    let room = ann.creates_room_with(&[&bob]).await;
    let said = bob.sends(room, "before").await;
    let mut laptop = ann.opens_socket(room).await;
    let phone = &mut bob.opens_socket_for_all_rooms().await;
    let typing = json!({"type": "typing", "conversation": room});

    meets_dead_socket("joined", &bob, phone, ann.creates_room_with(&[&bob])).await;
    meets_dead_socket("joined", &bob, phone, cem.joins(room)).await;
    meets_dead_socket("message", &bob, phone, ann.sends(room, "over REST")).await;
    meets_dead_socket("read", &bob, phone, ann.reads(room, &said)).await;
    meets_dead_socket("message", &bob, phone, laptop.says(room, "over a socket")).await;
    meets_dead_socket("typing", &bob, phone, laptop.sends(&typing)).await;
    meets_dead_socket("left", &bob, phone, cem.leaves(room)).await;
}

#[tokio::test]
async fn the_senders_own_dead_socket_is_no_other_ones_end() {
    let Some(server) = server().await else { return };
    let ([ann, bob], room) = server.room_of(["ann", "bob"]).await;
    let mut laptop = ann.opens_socket(room).await;
    let mut phone = bob.opens_socket(room).await;
    let alive = known(&ann).await;
    dies_unnoticed(&ann, Duration::from_mins(1)).await;
    laptop.says(room, "hi").await;
    phone.receives("hi").await;
    laptop.receives("hi").await;
    knows_only(&ann, &alive).await;
}

/// API Gateway also answers 410 for a socket whose `$connect` has not finished.
#[tokio::test]
async fn a_socket_that_may_still_be_connecting_is_kept() {
    let Some(server) = server().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    dies_unnoticed(&ann, Duration::ZERO).await;
    ann.sends(room, "too early").await;
    assert_eq!(known(&ann).await, [DEAD.to_owned()].into());
}

#[tokio::test]
async fn what_a_killed_system_left_open_is_forgotten_when_next_told() {
    let Some(server) = Server::local("it kills the system").on_disk().start().await else { return };
    let ([ann], room) = server.room_of(["ann"]).await;
    let _cut = ann.opens_socket(room).await;
    server.is_killed();
    server.restarts().await;
    let cut: Vec<_> = known(&ann).await.into_iter().collect();
    assert_eq!(cut.len(), 1);
    // A minute passes.
    let update = json!({
        "TableName": "ConnectionsTable", "Key": key(&ann), "UpdateExpression": "SET #socket.connected_at = :then",
        "ExpressionAttributeNames": {"#socket": cut[0]},
        "ExpressionAttributeValues": {":then": before_now(Duration::from_mins(1))},
    });
    server.dynamodb("UpdateItem", &update).await;
    let mut socket = ann.opens_socket(room).await;
    ann.sends(room, "again").await;
    socket.receives("again").await;
    let left = known(&ann).await;
    assert!(left.len() == 1 && !left.contains(&cut[0]), "{left:?}");
}

#[tokio::test]
async fn as_many_as_a_user_may_have_keep_nobody_out() {
    let Some(server) = server().await else { return };
    let ann = server.user("ann").await;
    for number in 10..26 {
        dies_unnoticed_as(&format!("L0SM9cOFvHc{number}hw="), &ann, Duration::from_mins(1)).await;
    }
    let mut socket = ann.opens_socket_for_all_rooms().await;
    socket.stays_silent().await;
    assert_eq!(known(&ann).await.len(), 1);
}
