//! The instances of one function.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    failure::Failure,
    instance::{Instance, Invoked, Launch},
};
use crate::{
    ids,
    logs::{self, Report},
    template::Function,
};

/// How many instances a function may have on a laptop, where the template sets no limit of its own.
const MAX_INSTANCES: usize = 16;

/// How long an instance may stay idle.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// A function and its instances.
#[derive(Debug)]
pub(super) struct Pool {
    function: Function,
    launch: Launch,
    idle: Mutex<Vec<Instance>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(function: Function, launch: Launch) -> Self {
        let instances = function.reserved_concurrency.unwrap_or(MAX_INSTANCES);
        Self { function, launch, idle: Mutex::default(), permits: Arc::new(Semaphore::new(instances)) }
    }

    /// Serves one event, and keeps its instance for the next one.
    pub(super) async fn serve(
        self: Arc<Self>,
        trace: String,
        payload: Bytes,
        reply: oneshot::Sender<Result<Bytes, Failure>>,
    ) {
        let permit = match self.permit().await {
            Ok(permit) => permit,
            Err(failure) => return drop(reply.send(Err(failure))),
        };
        let request_id = ids::lambda_request();
        let begun = Instant::now();
        let (mut instance, init) = match self.idle_instance().await {
            Some(instance) => (instance, None),
            None => match Instance::start(&self.launch, &request_id).await {
                Ok(instance) => (instance, Some(begun.elapsed())),
                Err(stillborn) => {
                    self.report(&Err(stillborn.failure.clone()), begun.elapsed(), None, None, stillborn.lines);
                    return drop(reply.send(Err(stillborn.failure)));
                }
            },
        };
        let asked = instance.times_asked();
        let begun = Instant::now();
        let Invoked { result, fatal } = instance.invoke(&request_id, &trace, payload, self.function.timeout).await;
        let duration = begun.elapsed();
        let _ = reply.send(result.clone());
        let peak = instance.peak_memory();
        let lives = !fatal && instance.settles(asked, self.function.timeout).await;
        if lives {
            self.report(&result, duration, init, peak, instance.output.take().await);
            self.rest(instance, permit);
        } else {
            self.report(&result, duration, init, peak, instance.end().await);
        }
    }

    /// With a limit of its own the function throttles, as on the platform; with the laptop's, events wait.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let permits = Arc::clone(&self.permits);
        if self.function.reserved_concurrency.is_some() {
            return permits.try_acquire_owned().map_err(|_| Failure::throttled());
        }
        permits.acquire_owned().await.map_err(|_| Failure::stopped())
    }

    async fn idle_instance(&self) -> Option<Instance> {
        loop {
            let mut instance = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if instance.is_alive() {
                return Some(instance);
            }
            logs::orphaned(&self.function.binary, &instance.end().await);
        }
    }

    fn rest(&self, mut instance: Instance, permit: OwnedSemaphorePermit) {
        instance.idle_since = Instant::now();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
        // Only now, so that whoever waits for the permit finds the instance.
        drop(permit);
    }

    /// Ends the instances that have been idle for long.
    pub(super) async fn end_idle(&self) {
        let ended: Vec<_> = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extract_if(.., |instance| instance.idle_since.elapsed() > IDLE).collect()
        };
        for instance in ended {
            logs::orphaned(&self.function.binary, &instance.end().await);
        }
    }

    fn report(
        &self,
        result: &Result<Bytes, Failure>,
        duration: Duration,
        init: Option<Duration>,
        peak_memory: Option<u64>,
        mut lines: Vec<String>,
    ) {
        let status = match result {
            Ok(payload) => status_code(payload),
            Err(failure) => {
                lines.push(failure.message.clone());
                Some(failure.error_type.clone())
            }
        };
        logs::invocation(&Report {
            function: &self.function.binary,
            status: status.as_deref().unwrap_or("ok"),
            good: result.is_ok(),
            duration,
            init,
            peak_memory,
            memory_size: self.function.memory_size,
            lines,
        });
    }
}

/// The status of an answer that is meant for API Gateway.
fn status_code(payload: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        status_code: u16,
    }
    let answer: Answer = serde_json::from_slice(payload).ok()?;
    Some(answer.status_code.to_string())
}
