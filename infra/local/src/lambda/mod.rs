//! Lambda: every function is its real binary in a real process that speaks the Runtime API.

mod environment;
mod failure;
mod instance;
mod output;
mod pool;
mod runtime_api;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::body::Bytes;
use tokio::sync::oneshot;

pub use environment::Endpoints;
pub use failure::{Cause, Failure};

use self::{instance::Launch, pool::Pool};
use crate::{executable::Executable, iam::Iam, logs, template::Function, warden::Warden};

/// The largest event and the largest answer of a synchronous invocation, in bytes.
const MAX_PAYLOAD: usize = 6 * 1024 * 1024 + 100;

/// How often idle instances are looked for.
const IDLE_CHECK: Duration = Duration::from_secs(30);

/// All functions of a template.
#[derive(Clone, Debug)]
pub struct Lambda {
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
}

impl Lambda {
    /// The functions with their executables. Must be called inside a Tokio runtime.
    #[must_use]
    pub fn new(
        functions: Vec<(Function, Arc<Executable>)>,
        iam: &Arc<Iam>,
        endpoints: &Endpoints,
        warden: &Warden,
    ) -> Self {
        let pools = functions.into_iter().map(|(function, executable)| {
            let launch = Launch {
                function: function.name.clone(),
                executable,
                variables: environment::variables(&function, endpoints),
                iam: Arc::clone(iam),
                warden: warden.clone(),
            };
            (function.name.clone(), Arc::new(Pool::new(function, launch)))
        });
        let lambda = Self { pools: Arc::new(pools.collect()) };
        tokio::spawn(lambda.clone().end_idle());
        lambda
    }

    /// Invokes `function` and waits for what it returns.
    ///
    /// The invocation goes on if the caller stops waiting, as on the platform.
    ///
    /// # Errors
    /// Where the function fails, times out, dies, or is not in the template.
    pub async fn invoke(&self, function: &str, trace: &str, payload: Bytes) -> Result<Bytes, Failure> {
        let Some(pool) = self.pools.get(function) else {
            return Err(Failure::new("ResourceNotFoundException", format!("Function not found: {function}")));
        };
        if payload.len() > MAX_PAYLOAD {
            return Err(Failure::too_large(payload.len(), MAX_PAYLOAD));
        }
        let (reply, answer) = oneshot::channel();
        tokio::spawn(Arc::clone(pool).serve(trace.to_owned(), payload, reply));
        answer.await.unwrap_or_else(|_| Err(Failure::stopped()))
    }

    /// Runs the binaries of these names from other executables from now on. Events that are being served stay where they
    /// are; instances that serve nobody end.
    pub async fn replace(&self, executables: &BTreeMap<String, Arc<Executable>>) {
        let mut outdated = Vec::new();
        for pool in self.pools.values() {
            if let Some(executable) = executables.get(pool.binary()) {
                let idle = pool.replace(Arc::clone(executable)).into_iter();
                outdated.extend(idle.map(|instance| (pool.binary(), instance)));
            }
        }
        for (binary, instance) in outdated {
            logs::orphaned(binary, &instance.end().await);
        }
    }

    async fn end_idle(self) {
        loop {
            tokio::time::sleep(IDLE_CHECK).await;
            for pool in self.pools.values() {
                pool.end_idle().await;
            }
        }
    }
}
