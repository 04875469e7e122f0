use futures_util::future::join_all;
use store::Attempts;

use crate::support::{NOW, at, register};

#[tokio::test]
async fn attempts_are_counted_up_to_a_limit_and_forgotten_when_one_succeeds() {
    let store = embedded::store();
    register(&store, "ann").await.unwrap();
    for _ in 0..3 {
        assert_eq!(store.count_attempt("ann", 3, NOW).await.unwrap(), None);
    }
    let before = store.count_attempt("ann", 3, NOW).await.unwrap().unwrap();
    assert_eq!(before, Attempts { count: 3, locked_until: 0 });
    assert!(store.count_last_attempt("ann", before, at(30_000), NOW).await.unwrap());
    let locked = Attempts { count: 4, locked_until: at(30_000).millis() };
    assert_eq!(store.count_attempt("ann", 3, NOW).await.unwrap(), Some(locked));
    store.forget_attempts("ann").await.unwrap();
    assert_eq!(store.count_attempt("ann", 3, NOW).await.unwrap(), None);
    assert!(store.credentials("ann").await.unwrap().is_some_and(|(_, hash)| hash == "a hash"));
}

#[tokio::test]
async fn many_attempts_at_once_are_no_way_around_the_count() {
    let store = embedded::store();
    let attempts = join_all((0..50).map(|_| store.count_attempt("ann", 9, NOW))).await;
    let refused: Vec<_> = attempts.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(refused.len(), 41);
    let last = join_all(refused.iter().map(|&seen| store.count_last_attempt("ann", seen, at(30_000), NOW))).await;
    assert_eq!(last.into_iter().filter(|counted| *counted.as_ref().unwrap()).count(), 1);
}

#[tokio::test]
async fn attempts_with_a_name_that_nobody_has_do_not_take_it() {
    let store = embedded::store();
    store.count_attempt("bob", 9, NOW).await.unwrap();
    assert!(store.credentials("bob").await.unwrap().is_none());
    assert!(register(&store, "bob").await.is_ok());
}
