use std::time::Duration;

use domain::{Error, Pace, Refusal, Timestamp};
use futures_util::future::join_all;
use store::{Paced, Store};

use crate::support::{NOW, at, user};

/// Three at once, and then one a second.
const PACE: Pace = Pace::new(Duration::from_secs(1), 3);

/// Counts a call of user 1. Returns the wait in seconds if it is refused.
async fn calls(store: &Store, now: Timestamp) -> Option<u64> {
    match store.count_paced(user(1), Paced::Calls, PACE, now).await {
        Ok(()) => None,
        Err(Error::Refused(Refusal::RateLimited(wait))) => Some(wait.as_secs()),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_burst_goes_at_once_and_then_one_each_second() {
    let store = embedded::store();
    let mut waits = Vec::new();
    for millis in [0, 0, 0, 0, 999, 1000, 1000, 60_000, 60_000, 60_000, 60_000] {
        waits.push(calls(&store, at(millis)).await);
    }
    let (none, one) = (None, Some(1));
    assert_eq!(waits, [none, none, none, one, one, none, one, none, none, none, one]);
}

#[tokio::test]
async fn calls_at_once_are_no_way_around_the_pace() {
    let store = embedded::store();
    let waits = join_all((0..50).map(|_| calls(&store, NOW))).await;
    assert_eq!(waits.into_iter().filter(Option::is_none).count(), 3);
}

#[tokio::test]
async fn users_and_what_they_do_have_paces_of_their_own() {
    let store = embedded::store();
    for paced in [Paced::Calls, Paced::Rooms, Paced::Strangers, Paced::Searches, Paced::Uploads, Paced::UploadBytes] {
        for id in [1, 2] {
            for counted in [true, true, true, false] {
                assert_eq!(store.count_paced(user(id), paced, PACE, NOW).await.is_ok(), counted, "{paced:?} of {id}");
            }
        }
    }
}

#[tokio::test]
async fn what_weighs_more_takes_more() {
    let store = embedded::store();
    let bytes = Pace::upload_bytes(86_400_000);
    let upload = async |size| store.count_paced(user(1), Paced::UploadBytes, bytes.times(size), NOW).await.is_ok();
    assert!(upload(86_399_000).await && !upload(1_001).await && upload(1_000).await && !upload(1).await);
}

#[tokio::test]
async fn what_is_taken_back_was_not_counted() {
    let store = embedded::store();
    let take_back = || store.take_paced_back(user(1), Paced::Calls, PACE);
    take_back().await.unwrap();
    for _ in 0..10 {
        assert_eq!(calls(&store, NOW).await, None);
        take_back().await.unwrap();
    }
}
