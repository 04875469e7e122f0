//! When objects end.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

use std::time::Duration;

use template::LifecycleRule;
use time::OffsetDateTime;

use super::{
    Service,
    store::{Object, Store},
};
use crate::logs;

/// Whether a rule has ended `object` by `now`. S3 rounds up to the next midnight; here it is the moment itself.
pub(super) fn is_over(rules: &[LifecycleRule], object: &Object, now: OffsetDateTime) -> bool {
    rules.iter().any(|rule| {
        object.key.starts_with(&rule.prefix)
            && rule.tags.iter().all(|(key, value)| object.tags.get(key) == Some(value))
            && OffsetDateTime::from(object.created.clone()) + time::Duration::days(rule.days.into()) <= now
    })
}

impl Service {
    /// Deletes, once every `pause`, the objects that have ended.
    pub(super) async fn delete_expired(&self, pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            let now = OffsetDateTime::now_utc();
            for (name, bucket) in self.buckets.iter() {
                let ended = self.store.list(name).into_iter().filter(|object| is_over(&bucket.lifecycle, object, now));
                for object in ended {
                    let (name, rules) = (name.clone(), bucket.lifecycle.clone());
                    // Looked at again: it may have been replaced, or its tag taken away, in between.
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
