use chat::sockets::connect;
use domain::Refusal;

use crate::support::{Person, assert_refused, world};

#[tokio::test]
async fn connecting_forgets_the_sockets_that_died_unnoticed() {
    let world = world().await;
    let ann = world.user("ann").await;
    ann.has_had_socket("old", 2 * 60 * 60 * 1000).await;
    connect(&world.chat, &ann.socket("new")).await.unwrap();
    assert_eq!(ann.sockets().await, ["new"]);
}

#[tokio::test]
async fn a_socket_of_an_ended_session_does_not_open() {
    let world = world().await;
    let ann = world.user("ann").await;
    let late = ann.socket("late");
    ann.loses_session().await;
    assert_refused!(connect(&world.chat, &late).await, Refusal::Unauthenticated);
    assert!(ann.sockets().await.is_empty());
}

/// Has fifteen sockets of one minute, and one more of this age in milliseconds.
async fn has_sixteen_sockets(person: &Person, age: u64) {
    for number in 1..=15 {
        person.has_socket(&format!("socket {number}")).await;
    }
    person.has_had_socket("one more", age).await;
}

#[tokio::test]
async fn the_seventeenth_socket_is_refused_and_forgotten() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 60_000).await;
    assert_refused!(connect(&world.chat, &ann.socket("new")).await, Refusal::TooManySockets);
    let sockets = ann.sockets().await;
    assert!(sockets.len() == 16 && !sockets.contains(&"new".to_owned()));
}

#[tokio::test]
async fn sockets_that_died_unnoticed_lock_nobody_out() {
    // A socket of two hours is dead without a question to API Gateway.
    for age in [60_000, 2 * 60 * 60 * 1000] {
        let world = world().await;
        let ann = world.user("ann").await;
        has_sixteen_sockets(&ann, age).await;
        world.gateway.loses("one more");
        connect(&world.chat, &ann.socket("new")).await.unwrap();
        let sockets = ann.sockets().await;
        assert!(sockets.len() == 16 && !sockets.contains(&"one more".to_owned()));
    }
}

#[tokio::test]
async fn a_socket_that_is_still_connecting_counts() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 25_000).await;
    world.gateway.loses("one more");
    assert_refused!(connect(&world.chat, &ann.socket("new")).await, Refusal::TooManySockets);
}
