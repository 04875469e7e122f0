//! Asynchronous events: their senders do not wait for the function, and failed events are tried again.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::body::Bytes;

use super::{Cause, Failure, Lambda, limits::MAX_EVENT, pool::Pool};
use crate::logs;

/// The increment of the pause between two tries. The platform's first pause is a minute.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause before the next try for an instance.
const MAX_PAUSE: Duration = Duration::from_mins(5);
/// The age at which an event without an instance is dropped.
const MAX_AGE: Duration = Duration::from_hours(6);

impl Lambda {
    /// Accepts an event for `function`, and returns the id of its request. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// If the event is too large, or the function is not in the template.
    pub fn send(&self, function: &str, trace: &str, payload: Bytes) -> Result<String, Failure> {
        let pool = self.pool(function)?;
        if payload.len() > MAX_EVENT {
            return Err(Failure::too_large(payload.len(), "Event", MAX_EVENT));
        }
        let request_id = crate::ids::lambda_request();
        tokio::spawn(deliver(Arc::clone(pool), request_id.clone(), trace.to_owned(), payload));
        Ok(request_id)
    }
}

async fn deliver(pool: Arc<Pool>, request_id: String, trace: String, payload: Bytes) {
    let taken = Instant::now();
    let mut failures = 0;
    let mut throttled = 0;
    loop {
        let invocation = Lambda::start(&pool, request_id.clone(), &trace, payload.clone());
        let failure = match invocation.result.await {
            Ok(Ok(_)) | Err(_) => return,
            Ok(Err(failure)) => failure,
        };
        let pause = if matches!(failure.cause, Cause::Throttled | Cause::Busy) && taken.elapsed() < MAX_AGE {
            throttled += 1;
            PAUSE.saturating_mul(1 << throttled.min(10)).min(MAX_PAUSE)
        } else if failure.cause == Cause::Function && failures < pool.function.retries {
            failures += 1;
            PAUSE * failures
        } else {
            let function = pool.function.label();
            return logs::warning(&format!("{function} has failed for good, and the event of {request_id} is dropped"));
        };
        tokio::time::sleep(pause).await;
    }
}
