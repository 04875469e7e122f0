use std::time::Duration;

use domain::{Error, Network, Pace, Refusal};
use embedded::register;
use futures_util::future::join_all;

use crate::support::{NOW, at};

fn network(address: &str) -> Network {
    Network::of(address.parse().unwrap())
}

const PACE: Pace = Pace::new(Duration::from_mins(1), 3);

#[tokio::test]
async fn registrations_are_counted_by_network() {
    let store = embedded::store();
    let count = |address| store.count_registration(network(address), PACE, NOW);
    for _ in 0..3 {
        count("203.0.113.7").await.unwrap();
        count("2001:db8::1").await.unwrap();
    }
    for address in ["203.0.113.7", "2001:db8::ffff"] {
        let refused = count(address).await;
        assert!(
            matches!(refused, Err(Error::Refused(Refusal::RateLimited(wait))) if wait.as_secs() == 60),
            "{refused:?}"
        );
    }
    for address in ["203.0.113.8", "2001:db8:0:1::1"] {
        count(address).await.unwrap();
    }
}

#[tokio::test]
async fn each_minute_one_more_may_register() {
    let store = embedded::store();
    let count = |millis| store.count_registration(network("203.0.113.7"), PACE, at(millis));
    for millis in [0, 0, 0, 60_000, 180_000, 180_000, 3_600_000, 3_600_000, 3_600_000] {
        count(millis).await.unwrap();
    }
    assert!(count(3_600_000).await.is_err());
}

#[tokio::test]
async fn registrations_at_once_are_no_way_around_the_count() {
    let store = embedded::store();
    let counted = join_all((0..50).map(|_| store.count_registration(network("203.0.113.7"), PACE, NOW))).await;
    assert_eq!(counted.into_iter().flatten().count(), 3);
}

#[tokio::test]
async fn a_count_takes_no_name() {
    let store = embedded::store();
    store.count_registration(network("203.0.113.7"), PACE, NOW).await.unwrap();
    assert!(register(&store, "203.0.113.7").await.is_ok());
}
