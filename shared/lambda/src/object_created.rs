//! Events of the bucket, delivered by EventBridge.
//!
//! Amazon S3 User Guide, "EventBridge event message structure".

use domain::{AttachmentId, Error, causes};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;

use crate::{App, Fatal};

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

/// Serves uploads until the process ends. Lambda repeats an event that fails, twice.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve(app: App, handle: impl AsyncFn(&App, AttachmentId) -> Result<(), Error>) -> Result<(), Fatal> {
    let (app, handle) = (&app, &handle);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<ObjectCreated>| async move {
        let key = event.payload.detail.object.key;
        let Some(id) = bucket::uploaded(&key) else {
            tracing::warn!(key, "an object that is no upload");
            return Ok(());
        };
        let checked = handle(app, id).await;
        checked.map_err(|error| {
            tracing::error!(%id, cause = causes(&error), "an upload is not checked");
            Fatal::from(error)
        })
    }))
    .await
}
