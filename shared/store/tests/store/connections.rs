use std::time::Duration;

use domain::Timestamp;
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
    store.remove_sockets(user(1), &["a+/b=".to_owned()], NOW).await.unwrap();
    assert_eq!(ids(&store, 1).await, ["L0SM9cOFvHcCIhw=", "third"]);
    store.remove_sockets(user(1), &["third".to_owned(), "L0SM9cOFvHcCIhw=".to_owned()], NOW).await.unwrap();
    assert!(ids(&store, 1).await.is_empty());
}

#[tokio::test]
async fn more_sockets_than_one_call_takes_are_forgotten() {
    let store = embedded::store();
    let all: Vec<_> = (0..230).map(|i| format!("L0SM9cOFvHcCIhw{i}=")).collect();
    for id in &all {
        store.add_socket(&socket(1, id)).await.unwrap();
    }
    store.remove_sockets(user(1), &all, NOW).await.unwrap();
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
    store.end_sockets(user(1), &[socket(1, "a"), socket(1, "b")], NOW).await.unwrap();
    let mut left = store.sockets_of(user(1)).await.unwrap();
    left.retain(|socket| !socket.is_expired(NOW) || !socket.has_ended());
    assert_eq!(left.into_iter().map(|socket| socket.id).collect::<Vec<_>>(), ["c"]);
    assert_eq!(ids(&store, 1).await, ["a", "b", "c"]);
    store.end_sockets(user(1), &[], NOW).await.unwrap();
    // No item is made for a user who has none.
    store.end_sockets(user(7), &[socket(7, "a")], NOW).await.unwrap();
    assert!(store.sockets_of(user(7)).await.unwrap().is_empty());
}

#[tokio::test]
async fn forgetting_what_was_never_known_leaves_nothing_behind() {
    let store = embedded::store();
    store.remove_sockets(user(7), &["x".to_owned()], NOW).await.unwrap();
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

/// When a user was last seen by the store, and whether they are online, at a time.
async fn seen(store: &Store, user_id: u64, now: Timestamp) -> (Option<Timestamp>, bool) {
    let found = store.connections(&[user(user_id)].into()).await.unwrap();
    (found[0].last_seen(now), found[0].is_online(now))
}

async fn removes(store: &Store, ids: &[&str], now: Timestamp) {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    store.remove_sockets(user(1), &ids, now).await.unwrap();
}

#[tokio::test]
async fn a_user_is_last_seen_when_their_last_socket_goes() {
    let store = embedded::store();
    for id in ["a", "b"] {
        store.add_socket(&socket(1, id)).await.unwrap();
    }
    removes(&store, &["a"], at(1000)).await;
    assert_eq!(seen(&store, 1, at(1000)).await, (None, true));
    removes(&store, &["b"], at(2000)).await;
    assert_eq!(seen(&store, 1, at(2000)).await, (Some(at(2000)), true));
    assert!(seen(&store, 1, at(17_000)).await.1, "fifteen seconds later");
    assert_eq!(seen(&store, 1, at(17_001)).await, (Some(at(2000)), false));
    // It is forgotten already.
    removes(&store, &["b"], at(9000)).await;
    assert_eq!(seen(&store, 1, at(30_000)).await, (Some(at(2000)), false));
}

#[tokio::test]
async fn the_time_at_which_a_user_was_last_seen_never_moves_back() {
    let store = embedded::store();
    for (id, gone) in [("a", 5000), ("b", 4000)] {
        store.add_socket(&socket(1, id)).await.unwrap();
        removes(&store, &[id], at(gone)).await;
    }
    assert_eq!(seen(&store, 1, at(60_000)).await, (Some(at(5000)), false));
}

#[tokio::test]
async fn a_socket_that_has_ended_or_expired_was_last_there_at_its_end() {
    let store = embedded::store();
    store.add_socket(&socket(1, "ended")).await.unwrap();
    store.end_sockets(user(1), &[socket(1, "ended")], at(1000)).await.unwrap();
    assert_eq!(seen(&store, 1, at(60_000)).await, (Some(at(1000)), false));
    removes(&store, &["ended"], at(60_000)).await;
    assert_eq!(seen(&store, 1, at(60_000)).await, (Some(at(1000)), false));

    let day = Duration::from_hours(24);
    let old = Socket { expires_at: at(7000).seconds(), ..socket(1, "of a session that is over") };
    store.add_socket(&old).await.unwrap();
    assert_eq!(seen(&store, 1, NOW + day).await, (Some(at(7000)), false), "nobody has noticed");
    removes(&store, &[&old.id], NOW + day).await;
    assert_eq!(seen(&store, 1, NOW + day).await, (Some(at(7000)), false), "somebody has");

    store.add_socket(&Socket { connected_at: at(8000), ..socket(1, "of two hours") }).await.unwrap();
    removes(&store, &["of two hours"], NOW + day).await;
    assert_eq!(seen(&store, 1, NOW + day).await, (Some(at(8000) + Duration::from_hours(2)), false));
}
