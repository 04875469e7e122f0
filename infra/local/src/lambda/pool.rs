//! The instances of one function.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use template::Function;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

use super::{
    executable::Executable,
    failure::Failure,
    instance::{Instance, Invoked, Launch, Stillborn},
    runtime_api::Reply,
    tail,
};
use crate::{
    faults::{Faults, Twice},
    logs::{self, Report},
};

/// The most instances of a function on a laptop, if the template sets no limit.
const MAX_INSTANCES: usize = 16;

/// The most events that wait for an instance, if the template sets no limit. A longer queue would only grow, because
/// callers give up. On the platform, API Gateway limits the requests.
const MAX_WAITING: usize = 512;
/// The longest wait for an instance, after which callers have given up.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The longest wait for an instance that has answered and not yet asked for the next event. Then another one is
/// started.
const SETTLING: Duration = Duration::from_millis(50);

/// One event, and the receivers of its result and its log.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) request_id: String,
    pub(super) trace: String,
    pub(super) payload: Bytes,
    pub(super) reply: Reply,
    pub(super) log: oneshot::Sender<String>,
}

impl Event {
    /// A repetition of the event, without receivers.
    fn again(&self) -> Self {
        let Self { request_id, trace, payload, .. } = self;
        let (request_id, trace, payload) = (request_id.clone(), trace.clone(), payload.clone());
        Self { request_id, trace, payload, reply: oneshot::channel().0, log: oneshot::channel().0 }
    }
}

/// A function and its instances.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) function: Function,
    ready: Mutex<Ready>,
    rested: Notify,
    permits: Arc<Semaphore>,
    queue: Semaphore,
    faults: Option<Arc<Faults>>,
}

/// The idle instances, and the means to start another one.
#[derive(Debug)]
struct Ready {
    launch: Arc<Launch>,
    idle: Vec<Instance>,
    /// The number of instances that have answered and not yet asked for the next event.
    settling: usize,
}

impl Pool {
    pub(super) fn new(function: Function, launch: Launch) -> Self {
        let faults = launch.faults.clone();
        let instances = function.reserved_concurrency.unwrap_or(MAX_INSTANCES);
        Self {
            function,
            ready: Mutex::new(Ready { launch: Arc::new(launch), idle: Vec::new(), settling: 0 }),
            rested: Notify::new(),
            permits: Arc::new(Semaphore::new(instances)),
            queue: Semaphore::new(MAX_WAITING),
            faults,
        }
    }

    /// Serves an event once, or twice if a fault wants it.
    pub(super) async fn serve(self: Arc<Self>, event: Event) {
        let twice = self.faults.as_ref().and_then(|faults| faults.duplicates(self.function.label()));
        let again = twice.map(|_| event.again());
        match (twice, again) {
            (Some(Twice::AtOnce), Some(again)) => {
                tokio::join!(self.serve_once(event), self.serve_once(again));
            }
            (Some(Twice::InTurn), Some(again)) => {
                self.serve_once(event).await;
                self.serve_once(again).await;
            }
            _ => self.serve_once(event).await,
        }
    }

    /// Serves one event, and keeps the instance for the next one.
    async fn serve_once(&self, event: Event) {
        let Event { request_id, trace, payload, reply, log } = event;
        let permit = match self.permit().await {
            Ok(permit) => permit,
            Err(failure) => {
                logs::warning(&format!("{}: {}", self.function.label(), failure.message));
                return drop(reply.send(Err(failure)));
            }
        };
        let begun = Instant::now();
        let mut report = Report::new(self.function.label(), self.function.memory_size, &request_id);
        let mut instance = match self.idle_instance().await {
            Ok(instance) => instance,
            Err(launch) => match Instance::start(&launch, &request_id).await {
                Ok(instance) => {
                    report.init = Some(begun.elapsed());
                    instance
                }
                Err(Stillborn { failure, lines }) => {
                    report.duration = begun.elapsed();
                    report.lines = lines;
                    let result = Err(failure);
                    let _ = reply.send(result.clone());
                    return publish(report, &result, log);
                }
            },
        };
        let asked = instance.times_asked();
        let begun = Instant::now();
        let Invoked { result, fatal } = instance.invoke(&request_id, &trace, payload, self.function.timeout).await;
        report.duration = begun.elapsed();
        self.ready().settling += 1;
        // Fails if the caller has stopped waiting.
        let _ = reply.send(result.clone());
        report.peak_memory = instance.peak_memory();
        let lives = !fatal && instance.settles(asked, self.function.timeout).await;
        if lives {
            report.lines = instance.output.take().await;
        }
        if let Some(instance) = self.rest(instance, lives) {
            report.lines.extend(instance.end().await);
        }
        publish(report, &result, log);
        // Held until here, so that the next event finds the instance.
        drop(permit);
        self.ready().settling -= 1;
    }

    /// Waits for the permission to use an instance. With a limit in the template the function throttles, as on the
    /// platform.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let permits = Arc::clone(&self.permits);
        if self.function.reserved_concurrency.is_none() {
            let Ok(_place) = self.queue.try_acquire() else { return Err(Failure::busy()) };
            let permit = timeout(LONGEST_WAIT, permits.acquire_owned()).await.map_err(|_| Failure::busy())?;
            return permit.map_err(|_| Failure::stopped());
        }
        // A caller that calls again right after its answer is not a second caller.
        let patience = if self.ready().settling > 0 { SETTLING } else { Duration::ZERO };
        match timeout(patience, permits.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Failure::throttled()),
        }
    }

    /// An instance that is idle or will be in a moment, or the means to start one.
    async fn idle_instance(&self) -> Result<Instance, Arc<Launch>> {
        loop {
            let (idle, settling, launch) = {
                let mut ready = self.ready();
                (ready.idle.pop(), ready.settling, Arc::clone(&ready.launch))
            };
            match idle {
                Some(mut instance) => {
                    if instance.is_alive() {
                        return Ok(instance);
                    }
                    logs::orphaned(self.function.label(), &instance.end().await);
                }
                // An answer reaches its caller before the instance asks again. The caller's next event should find this
                // instance.
                None if settling > 0 && timeout(SETTLING, self.rested.notified()).await.is_ok() => {}
                None => return Err(launch),
            }
        }
    }

    /// Keeps the instance for the next event. Returns it if it cannot serve another one because it is dead or of an
    /// older build.
    fn rest(&self, mut instance: Instance, lives: bool) -> Option<Instance> {
        let mut ready = self.ready();
        let ended = if lives && Arc::ptr_eq(&instance.launch, &ready.launch) {
            instance.idle_since = Instant::now();
            ready.idle.push(instance);
            None
        } else {
            Some(instance)
        };
        drop(ready);
        self.rested.notify_one();
        ended
    }

    /// Serves the next events with another executable. Returns the idle instances of the previous one; the busy ones
    /// end after their events.
    pub(super) fn replace(&self, executable: Arc<Executable>) -> Vec<Instance> {
        let mut ready = self.ready();
        ready.launch = Arc::new(Launch { executable, ..Launch::clone(&ready.launch) });
        std::mem::take(&mut ready.idle)
    }

    fn ready(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the instances that have been idle for longer than `idle`.
    pub(super) async fn end_idle(&self, idle: Duration) {
        let ended: Vec<_> = self.ready().idle.extract_if(.., |instance| instance.idle_since.elapsed() > idle).collect();
        for instance in ended {
            logs::orphaned(self.function.label(), &instance.end().await);
        }
    }
}

/// Logs an invocation, and sends its log to the caller that asked for it.
fn publish(mut report: Report<'_>, result: &Result<Bytes, Failure>, log: oneshot::Sender<String>) {
    match result {
        Ok(payload) => report.status = status_code(payload).unwrap_or_else(|| "ok".to_owned()),
        Err(failure) => {
            report.lines.push(failure.message.clone());
            report.status.clone_from(&failure.error_type);
        }
    }
    report.good = result.is_ok();
    logs::invocation(&report);
    let _ = log.send(tail::text(&report, result.as_ref().err()));
}

/// The status code of an answer to API Gateway.
fn status_code(payload: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        status_code: u16,
    }
    let answer: Answer = serde_json::from_slice(payload).ok()?;
    Some(answer.status_code.to_string())
}
