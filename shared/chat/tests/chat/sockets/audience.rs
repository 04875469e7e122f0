use domain::{Error, UserId};

use crate::support::{World, caller, socket, world};

#[tokio::test]
async fn a_dead_socket_fails_nothing_and_is_forgotten() {
    let world = world().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let room = world.room(&[ann, bob]).await;
    for id in ["dead", "alive"] {
        world.socket(bob, id, 60_000).await;
    }
    world.gateway.gone.lock().unwrap().insert("dead".to_owned());
    world.sends(ann, room, "hi").await;
    assert_eq!(world.gateway.told("alive"), ["message"]);
    assert_eq!(world.sockets_of(bob).await, ["alive"]);
}

#[tokio::test]
async fn a_socket_that_is_still_connecting_is_not_forgotten() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    world.socket(ann, "connecting", 25_000).await;
    world.gateway.gone.lock().unwrap().insert("connecting".to_owned());
    world.sends(ann, room, "too early").await;
    world.gateway.gone.lock().unwrap().clear();
    world.sends(ann, room, "in time").await;
    assert_eq!(world.gateway.told("connecting"), ["message"]);
}

#[tokio::test]
async fn a_socket_of_two_hours_is_forgotten_without_a_push() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    world.socket(ann, "old", 2 * 60 * 60 * 1000).await;
    world.sends(ann, room, "hi").await;
    assert!(world.gateway.told("old").is_empty());
    assert!(world.sockets_of(ann).await.is_empty());
}

#[tokio::test]
async fn a_stalled_socket_fails_nothing_and_is_kept() {
    let world = world().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let room = world.room(&[ann, bob]).await;
    world.socket(bob, "stalled", 60_000).await;
    world.socket(ann, "fine", 60_000).await;
    world.gateway.stalled.lock().unwrap().insert("stalled".to_owned());
    world.sends(ann, room, "hi").await;
    assert_eq!(world.gateway.told("fine"), ["message"]);
    assert_eq!(world.sockets_of(bob).await, ["stalled"]);
}

#[tokio::test]
async fn whoever_left_is_told_so_and_nothing_more() {
    let world = world().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let room = world.room(&[ann, bob]).await;
    world.socket(ann, "ann", 60_000).await;
    world.socket(bob, "bob", 60_000).await;
    chat::rooms::leave_chatroom(&world.chat, &caller(bob), room).await.unwrap();
    world.sends(ann, room, "hi").await;
    assert_eq!(world.gateway.told("bob"), ["left"]);
    assert_eq!(world.gateway.told("ann"), ["left", "message"]);
}

#[tokio::test]
async fn connecting_forgets_the_sockets_that_died_unnoticed() {
    let world = world().await;
    let ann = world.user("ann").await;
    world.session(ann, "s1").await;
    world.socket(ann, "old", 2 * 60 * 60 * 1000).await;
    let socket = socket(ann, "new", "s1");
    chat::sockets::connect(&world.chat, &socket).await.unwrap();
    assert_eq!(world.sockets_of(ann).await, ["new"]);
}

#[tokio::test]
async fn the_socket_that_a_message_came_over_is_told_even_if_it_is_not_known_yet() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    let own = store::Socket { room: Some(room), ..socket(ann, "own", "s1") };
    let text = domain::Text::try_from("hi".to_owned()).ok();
    let draft = domain::Draft { room, content: domain::Content { text, ..Default::default() } };
    chat::messages::send_over_socket(&world.chat, &own, draft.clone()).await.unwrap();
    world.chat.store.add_socket(&own).await.unwrap();
    chat::messages::send_over_socket(&world.chat, &own, draft).await.unwrap();
    assert_eq!(world.gateway.told("own"), ["message", "message"]);
}

/// Fifteen sockets of one minute, and one more of this age.
async fn sixteen_sockets(world: &World, user: UserId, age: u64) {
    world.session(user, "s1").await;
    for number in 1..=15 {
        world.socket(user, &format!("socket {number}"), 60_000).await;
    }
    world.socket(user, "one more", age).await;
}

#[tokio::test]
async fn the_seventeenth_socket_is_refused_and_forgotten() {
    let world = world().await;
    let ann = world.user("ann").await;
    sixteen_sockets(&world, ann, 60_000).await;
    let refused = chat::sockets::connect(&world.chat, &socket(ann, "new", "s1")).await;
    assert!(matches!(refused, Err(Error::TooManySockets)), "{refused:?}");
    let sockets = world.sockets_of(ann).await;
    assert!(sockets.len() == 16 && !sockets.contains(&"new".to_owned()));
}

#[tokio::test]
async fn sockets_that_died_unnoticed_lock_nobody_out() {
    for age in [60_000, 2 * 60 * 60 * 1000] {
        let world = world().await;
        let ann = world.user("ann").await;
        sixteen_sockets(&world, ann, age).await;
        // One of two hours is not even asked for.
        world.gateway.gone.lock().unwrap().insert("one more".to_owned());
        chat::sockets::connect(&world.chat, &socket(ann, "new", "s1")).await.unwrap();
        let sockets = world.sockets_of(ann).await;
        assert!(sockets.len() == 16 && !sockets.contains(&"one more".to_owned()));
    }
}

#[tokio::test]
async fn a_socket_that_is_still_connecting_counts() {
    let world = world().await;
    let ann = world.user("ann").await;
    sixteen_sockets(&world, ann, 25_000).await;
    world.gateway.gone.lock().unwrap().insert("one more".to_owned());
    let refused = chat::sockets::connect(&world.chat, &socket(ann, "new", "s1")).await;
    assert!(matches!(refused, Err(Error::TooManySockets)), "{refused:?}");
}
