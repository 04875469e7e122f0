//! The buckets and their objects, with the rights to them.

use std::{collections::BTreeMap, sync::Arc};

use s3s::{S3Error, S3Result, s3_error};
use template::Bucket;

use super::{
    arrival::Arrival,
    content::Content,
    event::{self, Reason},
    object::Object,
    store::{Store, Wanted},
    tags::Tags,
};
use crate::{
    eventbridge::EventBridge,
    iam::{self, Access, Iam},
};

/// Everything on which the calls of S3 work.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) buckets: Arc<BTreeMap<String, Bucket>>,
    pub(super) store: Arc<Store>,
    pub(super) iam: Arc<Iam>,
    pub(super) events: EventBridge,
}

impl Service {
    /// Creates an object, and sends the event about it.
    pub(super) async fn put(
        &self,
        arrival: &Arrival,
        reason: Reason,
        wanted: Wanted,
        content: Content,
    ) -> S3Result<Arc<Object>> {
        let bucket = wanted.bucket.clone();
        let object = self.blocking(move |store| store.put(wanted, content)).await?;
        if self.buckets.get(&bucket).is_some_and(|bucket| bucket.event_bridge) {
            self.events.send(&event::created(&bucket, &object, arrival, reason));
        }
        Ok(object)
    }

    /// Replaces the tags of an object, with the right to `action`.
    pub(super) async fn tag(
        &self,
        arrival: &Arrival,
        action: &str,
        bucket: String,
        key: String,
        tags: Tags,
    ) -> S3Result<()> {
        self.check(arrival, [iam::s3::object(action, &bucket, &key)])?;
        if self.store.find(&bucket, &key).is_none() {
            return Err(self.missing(arrival, &bucket));
        }
        self.blocking(move |store| store.tag(&bucket, &key, tags)).await
    }

    /// Checks that the caller has all of these rights.
    pub(super) fn check(&self, arrival: &Arrival, accesses: impl IntoIterator<Item = Access>) -> S3Result<()> {
        let accesses = accesses.into_iter().collect();
        self.iam.check_each(&arrival.caller, accesses).map_err(|denied| s3_error!(AccessDenied, "{denied}"))
    }

    /// Checks the rights to create an object, and that its bucket exists.
    pub(super) fn check_put(&self, arrival: &Arrival, bucket: &str, key: &str, tagged: bool) -> S3Result<()> {
        self.check(arrival, put_accesses(bucket, key, tagged))?;
        self.check_bucket(bucket)
    }

    /// Checks that a bucket exists.
    pub(super) fn check_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.buckets.contains_key(bucket) {
            Ok(())
        } else {
            Err(s3_error!(NoSuchBucket, "The specified bucket does not exist"))
        }
    }

    /// The error for a missing object. Only callers that may list the bucket learn that the object is missing.
    pub(super) fn missing(&self, arrival: &Arrival, bucket: &str) -> S3Error {
        match self.iam.may_know(&arrival.caller, &iam::s3::bucket("ListBucket", bucket)) {
            Err(denied) => s3_error!(AccessDenied, "{denied}"),
            Ok(()) => match self.check_bucket(bucket) {
                Ok(()) => s3_error!(NoSuchKey, "The specified key does not exist."),
                Err(error) => error,
            },
        }
    }

    /// Runs work that waits for the disk, on a thread for such work.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || work(&store)).await.map_err(S3Error::internal_error)?
    }
}

/// The rights to create an object.
pub(super) fn put_accesses(bucket: &str, key: &str, tagged: bool) -> impl Iterator<Item = Access> {
    let actions = [Some("PutObject"), tagged.then_some("PutObjectTagging")].into_iter().flatten();
    actions.map(move |action| iam::s3::object(action, bucket, key))
}
