//! Lambda: every function is its real binary, in processes that speak the Runtime API.

mod asynchronous;
mod environment;
pub mod executable;
mod failure;
mod instance;
pub mod invoke_api;
mod limits;
mod output;
mod pool;
mod runtime_api;
mod tail;
pub mod warden;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::body::Bytes;
use template::Function;
use tokio::sync::oneshot;

pub use environment::Endpoints;
pub use failure::{Cause, Failure};

use self::{
    executable::Executable,
    instance::Launch,
    limits::MAX_PAYLOAD,
    pool::{Event, Pool},
    warden::Warden,
};
use crate::{calls::Invocations, faults::Faults, iam::Iam, ids, logs};

/// All functions of a template.
#[derive(Clone, Debug)]
pub struct Lambda {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
}

/// An event that a function has received.
#[derive(Debug)]
struct Invocation {
    request_id: String,
    result: oneshot::Receiver<Result<Bytes, Failure>>,
    /// The log of this invocation, when the instance is ready for the next one.
    log: oneshot::Receiver<String>,
}

impl Lambda {
    /// The functions with their executables. An instance without an event for `idle` is ended. Must be called inside a
    /// Tokio runtime.
    #[must_use]
    pub fn new(
        functions: Vec<(Function, Arc<Executable>)>,
        iam: &Arc<Iam>,
        invocations: Option<&Arc<Invocations>>,
        faults: Option<&Arc<Faults>>,
        endpoints: &Endpoints,
        warden: &Warden,
        idle: Duration,
    ) -> Self {
        let pools = functions.into_iter().map(|(function, executable)| {
            let launch = Launch {
                function: function.name.clone(),
                label: function.label().to_owned(),
                executable,
                variables: environment::variables(&function, endpoints),
                iam: Arc::clone(iam),
                invocations: invocations.cloned(),
                faults: faults.cloned(),
                warden: warden.clone(),
            };
            (function.name.clone(), Arc::new(Pool::new(function, launch)))
        });
        let lambda = Self { pools: Arc::new(pools.collect()) };
        tokio::spawn(lambda.clone().end_idle(idle));
        lambda
    }

    /// Invokes `function` and returns its answer.
    ///
    /// The invocation continues if the caller stops waiting, as on the platform.
    ///
    /// # Errors
    /// If the function fails, times out, dies, or is not in the template.
    pub async fn invoke(&self, function: &str, trace: &str, payload: Bytes) -> Result<Bytes, Failure> {
        let invocation = self.begin(function, trace, payload)?;
        invocation.result.await.unwrap_or_else(|_| Err(Failure::stopped()))
    }

    fn begin(&self, function: &str, trace: &str, payload: Bytes) -> Result<Invocation, Failure> {
        let pool = self.pool(function)?;
        if payload.len() > MAX_PAYLOAD {
            return Err(Failure::too_large(payload.len(), "RequestResponse", MAX_PAYLOAD));
        }
        Ok(Self::start(pool, ids::lambda_request(), trace, payload))
    }

    fn start(pool: &Arc<Pool>, request_id: String, trace: &str, payload: Bytes) -> Invocation {
        let (reply, result) = oneshot::channel();
        let (log_writer, log) = oneshot::channel();
        let event =
            Event { request_id: request_id.clone(), trace: ids::segment(trace), payload, reply, log: log_writer };
        tokio::spawn(Arc::clone(pool).serve(event));
        Invocation { request_id, result, log }
    }

    fn pool(&self, function: &str) -> Result<&Arc<Pool>, Failure> {
        self.pools.get(function).ok_or_else(|| Failure::unknown(function))
    }

    /// Replaces the executables of the binaries with these names. Running invocations finish in their instances; idle
    /// instances end.
    pub async fn replace(&self, executables: &BTreeMap<String, Arc<Executable>>) {
        let mut outdated = Vec::new();
        for pool in self.pools.values() {
            if let Some(executable) = executables.get(&pool.function.binary) {
                let idle = pool.replace(Arc::clone(executable)).into_iter();
                outdated.extend(idle.map(|instance| (pool.function.label(), instance)));
            }
        }
        for (function, instance) in outdated {
            logs::orphaned(function, &instance.end().await);
        }
    }

    /// The function with this name, ARN or label.
    fn named(&self, name: &str) -> Option<&str> {
        let name = name.rsplit_once(":function:").map_or(name, |(_, name)| name);
        let name = name.strip_suffix(":$LATEST").unwrap_or(name);
        let (function, _) = self
            .pools
            .get_key_value(name)
            .or_else(|| self.pools.iter().find(|(_, pool)| pool.function.label() == name))?;
        Some(function)
    }

    async fn end_idle(self, idle: Duration) {
        let pause = (idle / 2).clamp(Duration::from_millis(50), Duration::from_secs(30));
        loop {
            tokio::time::sleep(pause).await;
            for pool in self.pools.values() {
                pool.end_idle(idle).await;
            }
        }
    }
}
