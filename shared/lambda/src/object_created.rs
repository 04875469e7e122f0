//! Events of the bucket, delivered by EventBridge.
//!
//! Amazon S3 User Guide, "EventBridge event message structure".

use std::fmt::Display;

use bucket::Erasure;
use domain::{AttachmentId, Error, causes};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;

use crate::{App, Fatal, log};

#[derive(Debug, Deserialize)]
struct ObjectCreated {
    detail: Detail,
}

#[derive(Debug, Deserialize)]
struct Detail {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: String,
}

/// Something that the key of an object names.
pub trait Named: Display + Copy + Sized {
    /// Reads it from a key; `None` if the key names something else.
    fn of_key(key: &str) -> Option<Self>;

    /// Records it for each line of the log.
    fn record(self) {}
}

impl Named for AttachmentId {
    fn of_key(key: &str) -> Option<Self> {
        bucket::uploaded(key)
    }
}

impl Named for Erasure {
    fn of_key(key: &str) -> Option<Self> {
        Self::of_key(key)
    }

    fn record(self) {
        let (Self::Room(room) | Self::Files(room, _) | Self::Copy(room, _)) = self;
        log::room(room);
    }
}

/// Serves new objects until the process ends. Lambda repeats an event that fails, twice.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve<T: Named>(app: App, handle: impl AsyncFn(&App, T) -> Result<(), Error>) -> Result<(), Fatal> {
    let (app, handle) = (&app, &handle);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<ObjectCreated>| {
        let key = event.payload.detail.object.key;
        let handled = async move {
            let Some(id) = T::of_key(&key) else {
                tracing::warn!(key, "an object of another kind");
                return Ok(());
            };
            id.record();
            handle(app, id).await.map_err(|error| {
                tracing::error!(%id, cause = causes(&error), "the event of an object has failed");
                Fatal::from(error)
            })
        };
        log::invocation(log::call(None), handled)
    }))
    .await
}
