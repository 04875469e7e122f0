use std::time::Duration;

use domain::Network;
use embedded::{HASH, register};
use futures_util::future::join_all;
use store::{
    Attempts, Count, DEVICE_KEPT_FOR,
    EarlierPasswords::{Forgotten, Kept},
    Source,
};

use crate::support::{NOW, at};

fn network(last: u8) -> Source {
    Source::Network(Network::of([203, 0, 113, last].into()))
}

fn attempts(count: u64) -> Attempts {
    Attempts { count, ..Attempts::default() }
}

#[tokio::test]
async fn attempts_are_counted_up_to_a_limit_and_forgiven_when_one_succeeds() {
    let store = embedded::store();
    register(&store, "ann").await.unwrap();
    let count = async || store.count_attempt("ann", &network(7), 3, NOW).await.unwrap();
    for number in 1..=3 {
        assert_eq!(count().await, Count::Counted(attempts(number)));
    }
    assert_eq!(count().await, Count::Full(attempts(3)));
    assert!(store.count_last_attempt("ann", &network(7), 3, at(30_000), NOW).await.unwrap());
    let locked = Attempts { locked_until: at(30_000).millis(), ..attempts(4) };
    assert_eq!(count().await, Count::Full(locked));
    store.forgive_attempts("ann", &network(7), "salt", Forgotten, NOW).await.unwrap();
    let known_until = (NOW + Duration::from_hours(30 * 24)).millis();
    let forgiven = Attempts { known_until, known_by: ["salt".to_owned()].into(), ..attempts(1) };
    assert_eq!(count().await, Count::Counted(forgiven));
    assert!(store.credentials("ann").await.unwrap().is_some_and(|(_, hash)| hash == HASH));
}

#[tokio::test]
async fn attempts_are_counted_by_network_and_by_minute() {
    let store = embedded::store();
    for last in 1..=3 {
        assert_eq!(store.count_attempt("ann", &network(last), 3, NOW).await.unwrap(), Count::Counted(attempts(1)));
        assert!(store.count_attempt_anywhere("ann", 3, NOW).await.unwrap());
    }
    assert!(!store.count_attempt_anywhere("ann", 3, at(59_999)).await.unwrap());
    assert!(store.count_attempt_anywhere("ann", 3, at(60_000)).await.unwrap());
    assert!(store.count_attempt_anywhere("bob", 3, NOW).await.unwrap());
}

#[tokio::test]
async fn each_source_has_its_count_and_a_device_is_known_for_longer() {
    let store = embedded::store();
    let [device, session] = [Source::Device("d1".to_owned()), Source::Session("d1".to_owned())];
    for source in [&device, &session, &network(7), &Source::Device("d2".to_owned())] {
        assert_eq!(store.count_attempt("ann", source, 1, NOW).await.unwrap(), Count::Counted(attempts(1)));
        assert_eq!(store.count_attempt("ann", source, 1, NOW).await.unwrap(), Count::Full(attempts(1)));
    }
    store.forgive_attempts("ann", &device, "salt", Forgotten, NOW).await.unwrap();
    let Count::Counted(forgiven) = store.count_attempt("ann", &device, 1, NOW).await.unwrap() else { panic!() };
    assert_eq!(forgiven.known_until, (NOW + DEVICE_KEPT_FOR).millis());
}

#[tokio::test]
async fn a_source_is_known_with_one_password_except_around_a_change() {
    let store = embedded::store();
    let device = Source::Device("d1".to_owned());
    let known_by = async || match store.count_attempt("ann", &device, 9, NOW).await.unwrap() {
        Count::Counted(attempts) | Count::Full(attempts) => attempts.known_by.into_iter().collect::<Vec<_>>(),
    };
    store.forgive_attempts("ann", &device, "first", Forgotten, NOW).await.unwrap();
    store.forgive_attempts("ann", &device, "second", Kept, NOW).await.unwrap();
    assert_eq!(known_by().await, ["first", "second"]);
    store.forgive_attempts("ann", &device, "second", Forgotten, NOW).await.unwrap();
    assert_eq!(known_by().await, ["second"]);
    store.make_unknown("ann", &device).await.unwrap();
    assert!(known_by().await.is_empty());
}

#[tokio::test]
async fn what_is_taken_back_was_not_counted_and_never_more_than_that() {
    let store = embedded::store();
    for _ in 0..2 {
        store.take_attempt_back("ann", &network(7)).await.unwrap();
        store.take_attempt_anywhere_back("ann", NOW).await.unwrap();
        assert_eq!(store.count_attempt("ann", &network(7), 1, NOW).await.unwrap(), Count::Counted(attempts(1)));
        assert!(store.count_attempt_anywhere("ann", 1, NOW).await.unwrap());
        store.take_attempt_back("ann", &network(7)).await.unwrap();
        store.take_attempt_anywhere_back("ann", NOW).await.unwrap();
    }
}

#[tokio::test]
async fn many_attempts_at_once_are_no_way_around_the_counts() {
    let store = embedded::store();
    let source = network(7);
    let here = join_all((0..50).map(|_| store.count_attempt("ann", &source, 9, NOW))).await;
    let full = |count: &Count| matches!(count, Count::Full(_));
    assert_eq!(here.into_iter().map(Result::unwrap).filter(full).count(), 41);
    let last = join_all((0..41).map(|_| store.count_last_attempt("ann", &source, 9, at(30_000), NOW))).await;
    assert_eq!(last.into_iter().filter(|counted| *counted.as_ref().unwrap()).count(), 1);
    let anywhere = join_all((0..50).map(|_| store.count_attempt_anywhere("ann", 9, NOW))).await;
    assert_eq!(anywhere.into_iter().filter(|counted| *counted.as_ref().unwrap()).count(), 9);
}

#[tokio::test]
async fn attempts_with_a_name_that_nobody_has_do_not_take_it() {
    let store = embedded::store();
    store.count_attempt("bob", &network(7), 9, NOW).await.unwrap();
    store.count_attempt_anywhere("bob", 9, NOW).await.unwrap();
    assert!(store.credentials("bob").await.unwrap().is_none());
    assert!(register(&store, "bob").await.is_ok());
}
