use embedded::{HASH, register};
use store::{Renewal, Session, Store};

use crate::support::{NOW, at, user};

fn session(user_id: u64, id: &str) -> Session {
    Session {
        id: id.to_owned(),
        user_id: user(user_id),
        expires_at: at(1000).seconds(),
        device_id: Some("d1".to_owned()),
        renewal: None,
    }
}

/// A store with two users.
async fn store() -> Store {
    let store = embedded::store();
    for name in ["user1", "user2"] {
        register(&store, name).await.unwrap();
    }
    store
}

async fn open(store: &Store, user_id: u64, id: &str) -> Session {
    let session = session(user_id, id);
    assert!(store.open_session(&session, &format!("user{user_id}"), HASH).await.unwrap());
    session
}

#[tokio::test]
async fn a_session_does_not_open_for_a_password_that_has_changed() {
    let store = store().await;
    assert!(store.change_password("user1", HASH, "another", user(1), "s0").await.unwrap());
    assert!(!store.open_session(&session(1, "s1"), "user1", HASH).await.unwrap());
    assert!(!store.open_session(&session(1, "s1"), "nobody", HASH).await.unwrap());
    assert_eq!(store.session(user(1), "s1", NOW).await.unwrap(), None);
    assert!(store.open_session(&session(1, "s1"), "user1", "another").await.unwrap());
}

#[tokio::test]
async fn a_session_ends_at_its_time_and_at_logout() {
    let store = store().await;
    let session = open(&store, 1, "s1").await;
    assert_eq!(store.session(user(1), "s1", NOW).await.unwrap(), Some(session));
    assert_eq!(store.session(user(1), "s1", at(1000)).await.unwrap(), None);
    assert!(store.end_session(user(1), "s1", NOW).await.unwrap().is_some());
    assert_eq!(store.end_session(user(1), "s1", NOW).await.unwrap(), None);
    assert_eq!(store.session(user(1), "s1", NOW).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_is_one_users_alone() {
    let store = store().await;
    open(&store, 1, "s1").await;
    assert_eq!(store.session(user(2), "s1", NOW).await.unwrap(), None);
    assert_eq!(store.end_session(user(2), "s1", NOW).await.unwrap(), None);
    assert!(store.session(user(1), "s1", NOW).await.unwrap().is_some());
}

#[tokio::test]
async fn more_sessions_than_one_call_takes_end_and_nobody_elses() {
    let store = store().await;
    for number in 0..60 {
        open(&store, 1, &format!("s{number}")).await;
    }
    let other = open(&store, 2, "s1").await;
    let sessions = store.sessions(user(1)).await.unwrap();
    assert_eq!(sessions.len(), 60);
    store.end_sessions(&sessions).await.unwrap();
    assert!(store.sessions(user(1)).await.unwrap().is_empty());
    assert_eq!(store.sessions(user(2)).await.unwrap(), [other]);
    store.end_sessions(&[]).await.unwrap();
}

fn renewal(nonce: &str, previous: Option<&str>) -> Renewal {
    Renewal {
        username: "user1".to_owned(),
        device: None,
        created_at: NOW.millis(),
        renewed_at: NOW.millis(),
        secret_hash: "hash".to_owned(),
        nonce: nonce.to_owned(),
        previous: previous.map(str::to_owned),
        full_at: NOW.millis(),
    }
}

async fn open_renewable(store: &Store) -> Session {
    let session = Session { renewal: Some(renewal("n1", None)), ..session(1, "s1") };
    assert!(store.open_session(&session, "user1", HASH).await.unwrap());
    session
}

#[tokio::test]
async fn a_session_is_renewed_by_the_first_of_two() {
    let store = store().await;
    let session = open_renewable(&store).await;
    let [two, three] = ["n2", "n3"].map(|nonce| renewal(nonce, Some("n1")));
    let expected = Session { expires_at: at(9000).seconds(), renewal: Some(two.clone()), ..session.clone() };
    for next in [two, three] {
        let after = store.renew_session(&session, "n1", &next, at(9000), NOW).await.unwrap();
        assert_eq!(after, Some(expected.clone()), "the other one's");
    }
    assert_eq!(store.session(user(1), "s1", at(8000)).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn a_session_that_has_ended_is_not_renewed_and_one_of_before_neither() {
    let store = store().await;
    let session = open_renewable(&store).await;
    store.end_session(user(1), "s1", NOW).await.unwrap();
    let next = renewal("n2", Some("n1"));
    assert_eq!(store.renew_session(&session, "n1", &next, at(9000), NOW).await.unwrap(), None);
    assert!(store.sessions(user(1)).await.unwrap().is_empty());
    let old = open(&store, 1, "s1").await;
    assert_eq!(store.renew_session(&old, "n1", &next, at(9000), NOW).await.unwrap(), Some(old));
}
