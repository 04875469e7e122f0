use std::time::Duration;

use chat::sockets::{connect, disconnect};
use domain::Refusal;
use futures_util::future::join_all;

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

/// Asserts that a person has sixteen sockets, these among them.
async fn has_sixteen_with(person: &Person, new: &[&str]) {
    let sockets = person.sockets().await;
    assert_eq!(sockets.len(), 16, "{sockets:?}");
    assert!(new.iter().all(|new| sockets.iter().any(|socket| socket == new)), "{sockets:?}");
}

#[tokio::test]
async fn the_seventeenth_socket_replaces_the_one_that_is_silent_longest() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 90_000).await;
    world.gateway.has_silence("socket 7", Duration::from_mins(5));
    world.gateway.has_silence("socket 8", Duration::from_mins(4));
    connect(&world.chat, &ann.socket("new")).await.unwrap();
    has_sixteen_with(&ann, &["new", "one more"]).await;
    assert_eq!(world.gateway.closed(), ["socket 7"]);
    assert_eq!(world.gateway.types("socket 7"), ["replaced"]);
    assert!(["new", "socket 8"].into_iter().all(|socket| world.gateway.types(socket).is_empty()));
}

#[tokio::test]
async fn of_sockets_that_were_active_at_almost_the_same_time_the_oldest_is_replaced() {
    for (silence, replaced) in [(3, "one more"), (7, "socket 7")] {
        let world = world().await;
        let ann = world.user("ann").await;
        has_sixteen_sockets(&ann, 90_000).await;
        world.gateway.has_silence("socket 7", Duration::from_secs(silence));
        connect(&world.chat, &ann.socket("new")).await.unwrap();
        assert_eq!(world.gateway.closed(), [replaced], "{silence}");
    }
}

#[tokio::test]
async fn an_old_socket_that_talks_outlives_younger_silent_ones_in_many_handshakes_in_a_row() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 60 * 60_000).await;
    let silent = || (1..=15).map(|number| format!("socket {number}"));
    silent().for_each(|socket| world.gateway.has_silence(&socket, Duration::from_secs(30)));
    for number in 1..=15 {
        connect(&world.chat, &ann.socket(&format!("new {number}"))).await.unwrap();
        has_sixteen_with(&ann, &["one more"]).await;
    }
    let mut all: Vec<_> = silent().collect();
    all.sort_unstable();
    assert_eq!(world.gateway.closed(), all);
    // Each was asked for while it was among the sixteen: 16 + 15 + … + 2.
    assert_eq!(world.gateway.looks(), 135);
}

#[tokio::test]
async fn below_the_limit_nothing_is_asked_and_no_socket_is_replaced() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 60_000).await;
    disconnect(&world.chat, ann.id(), "socket 9").await.unwrap();
    connect(&world.chat, &ann.socket("new")).await.unwrap();
    assert_eq!((world.gateway.looks(), world.gateway.closed().len()), (0, 0));
}

#[tokio::test]
async fn as_many_sockets_are_closed_as_are_too_many() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 60_000).await;
    ann.has_had_socket("older", 70_000).await;
    ann.has_had_socket("oldest", 80_000).await;
    world.gateway.has_silence("socket 7", Duration::from_mins(5));
    connect(&world.chat, &ann.socket("new")).await.unwrap();
    has_sixteen_with(&ann, &["new"]).await;
    assert_eq!((world.gateway.looks(), world.gateway.closed().join(", ")), (18, "older, oldest, socket 7".to_owned()));
}

#[tokio::test]
async fn handshakes_at_once_leave_as_many_sockets_as_a_user_may_have_and_none_closes_another() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 90_000).await;
    world.gateway.has_silence("socket 7", Duration::from_mins(5));
    let new = ["one", "two", "three"];
    let sockets = new.map(|new| ann.socket(new));
    for connected in join_all(sockets.iter().map(|socket| connect(&world.chat, socket))).await {
        connected.unwrap();
    }
    has_sixteen_with(&ann, &new).await;
    assert_eq!(world.gateway.closed().len(), 3);
}

#[tokio::test]
async fn sockets_that_died_unnoticed_make_room_and_nobody_is_replaced() {
    // A socket of two hours is dead without a question to API Gateway.
    for age in [60_000, 2 * 60 * 60 * 1000] {
        let world = world().await;
        let ann = world.user("ann").await;
        has_sixteen_sockets(&ann, age).await;
        world.gateway.loses("one more");
        connect(&world.chat, &ann.socket("new")).await.unwrap();
        has_sixteen_with(&ann, &["new"]).await;
        assert!(!ann.sockets().await.contains(&"one more".to_owned()));
        assert!(world.gateway.closed().is_empty());
    }
}

#[tokio::test]
async fn a_replaced_socket_that_is_not_closed_is_ended_and_the_new_one_opens() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 90_000).await;
    world.gateway.holds_all();
    connect(&world.chat, &ann.socket("new")).await.unwrap();
    let ended = || async {
        let sockets = world.chat.store.sockets_of(ann.id()).await.unwrap();
        sockets.into_iter().filter(store::Socket::has_ended).map(|socket| socket.id).collect::<Vec<_>>()
    };
    assert_eq!(ended().await, ["one more"]);
    has_sixteen_with(&ann, &["new"]).await;
    assert_eq!(world.gateway.types("one more"), ["replaced"]);
    // It counts no more, and is forgotten.
    disconnect(&world.chat, ann.id(), "socket 1").await.unwrap();
    connect(&world.chat, &ann.socket("newer")).await.unwrap();
    has_sixteen_with(&ann, &["new", "newer"]).await;
    assert!(ended().await.is_empty());
}

#[tokio::test]
async fn sockets_that_may_still_be_connecting_are_neither_asked_for_nor_replaced() {
    let world = world().await;
    let ann = world.user("ann").await;
    for number in 1..=16 {
        ann.has_had_socket(&format!("socket {number}"), 25_000).await;
        world.gateway.loses(&format!("socket {number}"));
    }
    assert_refused!(connect(&world.chat, &ann.socket("new")).await, Refusal::TooManySockets);
    has_sixteen_with(&ann, &[]).await;
    assert_eq!((world.gateway.looks(), world.gateway.closed().len()), (0, 0));
}

#[tokio::test]
async fn a_socket_of_an_ended_session_replaces_no_other() {
    let world = world().await;
    let ann = world.user("ann").await;
    has_sixteen_sockets(&ann, 60_000).await;
    let late = ann.socket("late");
    ann.loses_session().await;
    assert_refused!(connect(&world.chat, &late).await, Refusal::Unauthenticated);
    has_sixteen_with(&ann, &["one more"]).await;
    assert!(world.gateway.closed().is_empty());
}
