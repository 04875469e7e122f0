//! The record of the crowd.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use history::{History, Message, Outcome, Sent, Time};
use serde_json::Value;

/// The history that all clients write. Cheap to clone.
#[derive(Clone)]
pub(super) struct Recorder(Arc<Inner>);

struct Inner {
    start: Instant,
    history: Mutex<History>,
    acknowledged: AtomicUsize,
    wanted: usize,
    came_back: AtomicUsize,
    wanderers: usize,
    is_over: AtomicBool,
}

impl Recorder {
    /// An empty history, which is complete with `wanted` acknowledged messages and as many returns to a room as there
    /// are wanderers.
    pub(super) fn new(wanted: usize, wanderers: usize) -> Self {
        Self(Arc::new(Inner {
            start: Instant::now(),
            history: Mutex::default(),
            acknowledged: AtomicUsize::new(0),
            wanted,
            came_back: AtomicUsize::new(0),
            wanderers,
            is_over: AtomicBool::new(false),
        }))
    }

    pub(super) fn now(&self) -> Time {
        self.0.start.elapsed()
    }

    pub(super) fn write(&self) -> MutexGuard<'_, History> {
        self.0.history.lock().unwrap()
    }

    /// Records a message of an answer or an event.
    pub(super) fn see(&self, shown: &Value) -> Arc<Message> {
        let message = serde_json::from_value(shown.clone()).unwrap_or_else(|error| panic!("{error}: {shown}"));
        self.write().see(message)
    }

    pub(super) fn sent(&self, sent: Sent) {
        if matches!(sent.outcome, Outcome::Acknowledged(_)) {
            self.0.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        self.write().sends.push(sent);
    }

    /// The number of acknowledged messages.
    pub(super) fn acknowledged(&self) -> usize {
        self.0.acknowledged.load(Ordering::Relaxed)
    }

    /// Counts a return to a room.
    pub(super) fn comes_back(&self) {
        self.0.came_back.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the crowd has sent and returned often enough.
    pub(super) fn has_enough(&self) -> bool {
        self.acknowledged() >= self.0.wanted && self.0.came_back.load(Ordering::Relaxed) >= self.0.wanderers
    }

    /// Ends all joining and leaving.
    pub(super) fn ends(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn close(&self) -> History {
        std::mem::take(&mut *self.write())
    }
}
