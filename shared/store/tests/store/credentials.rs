use embedded::{HASH, register};
use store::Session;

use crate::support::at;

#[tokio::test]
async fn a_password_is_changed_by_who_knows_what_it_is_now() {
    let store = embedded::store();
    let ann = register(&store, "ann").await.unwrap();
    let change = async |name, before, after| store.change_password(name, before, after, ann.id, "s1").await.unwrap();
    assert!(change("ann", HASH, "another").await);
    assert!(!change("ann", HASH, "a third").await);
    let (user, hash) = store.credentials("ann").await.unwrap().unwrap();
    assert_eq!((user.id, hash.as_str()), (ann.id, "another"));
    assert!(!change("nobody", HASH, "another").await);
    assert!(store.credentials("nobody").await.unwrap().is_none());
}

#[tokio::test]
async fn with_the_password_the_session_that_asks_for_its_change_ends_and_no_other() {
    let store = embedded::store();
    let ann = register(&store, "ann").await.unwrap();
    for id in ["s1", "s2"] {
        let session = Session {
            id: id.to_owned(),
            user_id: ann.id,
            expires_at: at(1000).seconds(),
            device_id: None,
            renewal: None,
        };
        assert!(store.open_session(&session, "ann", HASH).await.unwrap());
    }
    let ids = async || store.sessions(ann.id).await.unwrap().into_iter().map(|session| session.id).collect::<Vec<_>>();
    assert!(!store.change_password("ann", "wrong", "another", ann.id, "s1").await.unwrap());
    assert_eq!(ids().await, ["s1", "s2"]);
    assert!(store.change_password("ann", HASH, "another", ann.id, "s1").await.unwrap());
    assert_eq!(ids().await, ["s2"]);
}
