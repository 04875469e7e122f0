use store::{PublicKey, Store};

use crate::support::at;

fn key(kid: &str) -> PublicKey {
    PublicKey { kid: kid.to_owned(), x: format!("the x of {kid}") }
}

/// Publishes a key for so many milliseconds.
async fn publishes(store: &Store, kid: &str, millis: u64) {
    assert!(store.publish_signing_key(&key(kid), at(millis).seconds()).await.unwrap());
}

#[tokio::test]
async fn keys_that_were_published_are_found_until_they_expire() {
    let store = embedded::store();
    assert_eq!(store.signing_keys(at(0)).await.unwrap(), []);
    publishes(&store, "b", 20_000).await;
    publishes(&store, "a", 10_000).await;
    assert_eq!(store.signing_keys(at(9_000)).await.unwrap(), [key("a"), key("b")]);
    assert_eq!(store.signing_keys(at(10_000)).await.unwrap(), [key("b")]);
}

#[tokio::test]
async fn a_key_that_is_published_again_lasts_longer() {
    let store = embedded::store();
    publishes(&store, "a", 10_000).await;
    publishes(&store, "a", 20_000).await;
    assert_eq!(store.signing_keys(at(15_000)).await.unwrap(), [key("a")]);
}
