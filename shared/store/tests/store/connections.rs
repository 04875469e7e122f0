use std::time::Duration;

use store::{Socket, Store};

use crate::support::{NOW, at, room_id, user};

fn socket(user_id: u64, id: &str) -> Socket {
    Socket {
        user: user(user_id),
        id: id.to_owned(),
        room: Some(room_id(1)),
        session: "s1".to_owned(),
        connected_at: NOW,
        expires_at: u64::MAX,
    }
}

async fn ids(store: &Store, user_id: u64) -> Vec<String> {
    let mut ids: Vec<_> = store.sockets_of(user(user_id)).await.unwrap().into_iter().map(|socket| socket.id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_user_has_many_sockets_and_loses_them_one_by_one() {
    let store = embedded::store();
    // The first two have the characters of API Gateway's connection ids.
    for id in ["L0SM9cOFvHcCIhw=", "a+/b=", "third"] {
        store.add_socket(&socket(1, id)).await.unwrap();
    }
    store.remove_sockets(user(1), &["a+/b=".to_owned()]).await.unwrap();
    assert_eq!(ids(&store, 1).await, ["L0SM9cOFvHcCIhw=", "third"]);
    store.remove_sockets(user(1), &["third".to_owned(), "L0SM9cOFvHcCIhw=".to_owned()]).await.unwrap();
    assert!(ids(&store, 1).await.is_empty());
}

#[tokio::test]
async fn more_sockets_than_one_call_takes_are_forgotten() {
    let store = embedded::store();
    let all: Vec<_> = (0..230).map(|i| format!("L0SM9cOFvHcCIhw{i}=")).collect();
    for id in &all {
        store.add_socket(&socket(1, id)).await.unwrap();
    }
    store.remove_sockets(user(1), &all).await.unwrap();
    assert!(ids(&store, 1).await.is_empty());
}

#[tokio::test]
async fn a_new_socket_is_told_of_those_before() {
    let store = embedded::store();
    assert!(store.add_socket(&socket(1, "a")).await.unwrap().is_empty());
    let before = store.add_socket(&socket(1, "b")).await.unwrap();
    assert_eq!(before.into_iter().map(|socket| socket.id).collect::<Vec<_>>(), ["a"]);
}

#[tokio::test]
async fn a_socket_that_has_ended_is_over_by_every_clock_and_others_are_not() {
    let store = embedded::store();
    for id in ["a", "b", "c"] {
        store.add_socket(&socket(1, id)).await.unwrap();
    }
    store.end_sockets(user(1), &[socket(1, "a"), socket(1, "b")]).await.unwrap();
    let mut left = store.sockets_of(user(1)).await.unwrap();
    left.retain(|socket| !socket.is_expired(NOW) || !socket.has_ended());
    assert_eq!(left.into_iter().map(|socket| socket.id).collect::<Vec<_>>(), ["c"]);
    assert_eq!(ids(&store, 1).await, ["a", "b", "c"]);
    store.end_sockets(user(1), &[]).await.unwrap();
    // No item is made for a user who has none.
    store.end_sockets(user(7), &[socket(7, "a")]).await.unwrap();
    assert!(store.sockets_of(user(7)).await.unwrap().is_empty());
}

#[tokio::test]
async fn forgetting_what_was_never_known_leaves_nothing_behind() {
    let store = embedded::store();
    store.remove_sockets(user(7), &["x".to_owned()]).await.unwrap();
    assert!(store.sockets(&[user(7)].into()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_sockets_of_more_users_than_one_call_takes_are_all_found() {
    let store = embedded::store();
    for id in 1..=230 {
        store.add_socket(&socket(id, "c")).await.unwrap();
    }
    let mut users: Vec<_> = store
        .sockets(&(1..=300).map(user).collect())
        .await
        .unwrap()
        .into_iter()
        .map(|socket| socket.user.get())
        .collect();
    users.sort_unstable();
    assert!(users.into_iter().eq(1..=230));
}

#[test]
fn a_socket_hears_its_room_or_all_and_dies_after_two_hours_or_with_its_session() {
    let bound = socket(1, "c");
    let free = Socket { room: None, ..bound.clone() };
    assert_eq!([&bound, &free].map(|socket| socket.hears(room_id(2))), [false, true]);
    assert!(bound.hears(room_id(1)));
    assert!(!bound.is_expired(NOW + Duration::from_millis(7_199_999)));
    assert!(bound.is_expired(NOW + Duration::from_hours(2)));
    let ending = Socket { expires_at: at(1000).seconds(), ..bound };
    assert_eq!([at(999), at(1000)].map(|now| ending.is_expired(now)), [false, true]);
}
