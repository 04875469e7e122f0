//! Pushes to sockets, by the example of a message.

use crate::support::world;

#[tokio::test]
async fn a_dead_socket_fails_nothing_and_is_forgotten() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for socket in ["dead", "alive"] {
        bob.has_socket(socket).await;
    }
    world.gateway.loses("dead");
    ann.sends(room, "hi").await;
    assert_eq!(world.gateway.types("alive"), ["message"]);
    assert_eq!(bob.sockets().await, ["alive"]);
}

#[tokio::test]
async fn a_socket_that_is_still_connecting_is_not_forgotten() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    ann.has_had_socket("connecting", 25_000).await;
    world.gateway.loses("connecting");
    ann.sends(room, "too early").await;
    world.gateway.finds("connecting");
    ann.sends(room, "in time").await;
    assert_eq!(world.gateway.types("connecting"), ["message"]);
}

#[tokio::test]
async fn a_socket_of_two_hours_is_forgotten_without_a_push() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    ann.has_had_socket("old", 2 * 60 * 60 * 1000).await;
    ann.sends(room, "hi").await;
    assert!(world.gateway.types("old").is_empty());
    assert!(ann.sockets().await.is_empty());
}

#[tokio::test]
async fn a_stalled_socket_fails_nothing_and_is_kept() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("stalled").await;
    ann.has_socket("fine").await;
    world.gateway.stalls("stalled");
    ann.sends(room, "hi").await;
    assert_eq!(world.gateway.types("fine"), ["message"]);
    assert_eq!(bob.sockets().await, ["stalled"]);
}

#[tokio::test]
async fn a_socket_for_one_room_hears_no_other() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [garden, kitchen] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    bob.has_socket_for(garden, "in the garden").await;
    bob.has_socket("everywhere").await;
    for room in [garden, kitchen] {
        ann.sends(room, "hi").await;
    }
    assert_eq!(["in the garden", "everywhere"].map(|socket| world.gateway.types(socket).len()), [1, 2]);
}
