//! The running invocations, by the access keys of their instances.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::{
    call::{Call, Life, Target},
    record::Record,
};

/// The running invocations, and the record of all their calls if one is kept.
#[derive(Debug, Default)]
pub struct Invocations {
    /// The record of calls.
    pub record: Option<Record>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    begun: usize,
    by_access_key: HashMap<String, Invocation>,
}

/// A running invocation.
#[derive(Debug)]
struct Invocation {
    function: String,
    number: usize,
    calls: u64,
    life: Life,
}

impl Invocations {
    /// No invocation yet; `record` records all calls.
    #[must_use]
    pub fn new(record: Option<Record>) -> Self {
        Self { record, ..Self::default() }
    }

    /// Notes that the instance with this access key gets an event. The token asks for the instance's death.
    pub(crate) fn begin(&self, access_key: &str, function: &str) -> CancellationToken {
        let life = Life::default();
        let kill = life.kill.clone();
        let mut running = self.running();
        let number = running.begun;
        running.begun += 1;
        let invocation = Invocation { function: function.to_owned(), number, calls: 0, life };
        running.by_access_key.insert(access_key.to_owned(), invocation);
        if let Some(record) = &self.record {
            record.begin(number, function);
        }
        kill
    }

    /// Notes that the instance with this access key has answered or died.
    pub(crate) fn end(&self, access_key: &str) {
        if let Some(invocation) = self.running().by_access_key.remove(access_key) {
            invocation.life.ended.cancel();
            if let Some(record) = &self.record {
                record.end(invocation.number);
            }
        }
    }

    /// Counts a request as a call of its signer's invocation. `None` if its signer runs no invocation.
    pub(crate) fn call(&self, Target { service, operation, access_key }: Target) -> Option<Call> {
        let mut running = self.running();
        let Invocation { function, number, calls, life } = running.by_access_key.get_mut(&access_key)?;
        *calls += 1;
        let (function, life) = (function.clone(), life.clone());
        Some(Call { service, operation, function, invocation: *number, number: *calls, life })
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
