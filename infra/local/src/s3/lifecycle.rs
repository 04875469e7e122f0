//! The end of objects by the rules of their bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

use std::time::Duration;

use template::LifecycleRule;
use time::OffsetDateTime;

use super::{object::Object, service::Service, store::Store};
use crate::logs;

/// Whether a rule has ended `object` by `now`. S3 rounds up to the next midnight, the runtime does not.
pub(super) fn is_over(rules: &[LifecycleRule], object: &Object, now: OffsetDateTime) -> bool {
    rules.iter().any(|rule| {
        object.key.starts_with(&rule.prefix)
            && rule.tags.iter().all(|(key, value)| object.tags.get(key) == Some(value))
            && OffsetDateTime::from(object.created.clone()) + time::Duration::days(rule.days.into()) <= now
    })
}

impl Service {
    /// Deletes the objects that have ended, once every `pause`.
    pub(super) async fn delete_expired(&self, pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            let now = OffsetDateTime::now_utc();
            for (name, bucket) in self.buckets.iter() {
                let ended = self.store.list(name).into_iter().filter(|object| is_over(&bucket.lifecycle, object, now));
                for object in ended {
                    let (name, rules) = (name.clone(), bucket.lifecycle.clone());
                    // Checked again: the object may have been replaced or tagged since.
                    let delete =
                        move |store: &Store| store.delete(&name, &object.key, |object| is_over(&rules, object, now));
                    if let Err(error) = self.blocking(delete).await {
                        logs::warning(&format!("deleting an expired object: {error}"));
                    }
                }
            }
        }
    }
}
