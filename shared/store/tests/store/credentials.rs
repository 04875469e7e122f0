use store::Session;

use crate::support::{NOW, at, register, user};

#[tokio::test]
async fn failed_logins_are_counted_in_a_row() {
    let store = embedded::store();
    register(&store, "ann").await.unwrap();
    for count in 1..=3 {
        assert_eq!(store.count_failed_login("ann", true, NOW).await.unwrap(), count);
    }
    store.lock_login("ann", at(30_000)).await.unwrap();
    let credentials = store.credentials("ann").await.unwrap();
    assert_eq!((credentials.failed_logins, credentials.locked_until), (3, Some(at(30_000))));
    store.clear_failed_logins("ann").await.unwrap();
    let credentials = store.credentials("ann").await.unwrap();
    assert_eq!((credentials.failed_logins, credentials.locked_until), (0, None));
    assert!(credentials.user.is_some_and(|(_, hash)| hash == "a hash"));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_locked_as_well_and_can_still_be_registered() {
    let store = embedded::store();
    for count in 1..=2 {
        assert_eq!(store.count_failed_login("bob", false, NOW).await.unwrap(), count);
    }
    register(&store, "bob").await.unwrap();
    let credentials = store.credentials("bob").await.unwrap();
    assert!(credentials.user.is_some());
    assert_eq!(credentials.failed_logins, 0);
    // Counted as unknown by a login that began before the registration.
    assert_eq!(store.count_failed_login("bob", false, NOW).await.unwrap(), 0);
}

#[tokio::test]
async fn a_session_ends_at_its_time_and_at_logout() {
    let store = embedded::store();
    let session = Session { id: "s1".to_owned(), user_id: user(1), expires_at: at(1000).seconds() };
    store.put_session(&session).await.unwrap();
    assert_eq!(store.session("s1", NOW).await.unwrap(), Some(session));
    assert_eq!(store.session("s1", at(1000)).await.unwrap(), None);
    store.delete_session("s1").await.unwrap();
    assert_eq!(store.session("s1", NOW).await.unwrap(), None);
}
