//! The counts of an invocation for operators. `lambda` writes them to the log.
//!
//! An invocation collects them in its task. Outside of an invocation they are dropped.

use std::{cell::RefCell, mem};

use domain::{Error, Kind};
use serde::Serialize;

/// The counts of one invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The number of sockets of each message that was sent.
    pub fan_out: Vec<usize>,
    /// Pushes of events that API Gateway has taken.
    pub pushes_delivered: usize,
    /// Pushes to sockets that are closed.
    pub pushes_gone: usize,
    /// Pushes that a socket has not taken in time.
    pub pushes_slow: usize,
    /// Messages that got no place in their room.
    pub turns_refused: usize,
    /// Places in a room without a stored message.
    pub holes: usize,
    /// The limit that has refused the call. Of several, the last one.
    pub limit: Option<Limit>,
    /// The code with which a handshake was refused.
    pub handshake_refused: Option<&'static str>,
}

/// A limit on a rate. Each refusal has a metric of its own, so the list is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Calls and frames of a user.
    Calls,
    /// Attempts to log in.
    Logins,
    /// Messages of a user in a room.
    Messages,
    /// Pushes of a room.
    Pushes,
    /// Registrations from a network.
    Registrations,
    /// Changes of rooms by a user.
    RoomChanges,
    /// Direct rooms of a user with strangers.
    Strangers,
    /// Signals that a user types in a room.
    Typing,
    /// Bytes that a user uploads.
    UploadBytes,
    /// Uploads of a user.
    Uploads,
}

tokio::task_local! {
    static METRICS: RefCell<Metrics>;
}

/// Runs an invocation. Returns its outcome and its counts.
pub async fn collect<T>(invocation: impl Future<Output = T>) -> (T, Metrics) {
    let measured = async {
        let outcome = invocation.await;
        (outcome, METRICS.with(RefCell::take))
    };
    METRICS.scope(RefCell::default(), measured).await
}

pub(crate) fn record(change: impl FnOnce(&mut Metrics)) {
    // There is none outside of an invocation.
    let _ = METRICS.try_with(|metrics| change(&mut metrics.borrow_mut()));
}

/// Counts an error if it is the refusal of a limit.
pub(crate) fn limited(limit: Limit) -> impl FnOnce(&Error) {
    move |error| {
        if let Error::Refused(refusal) = error
            && refusal.kind() == Kind::TooMany
        {
            record(|metrics| metrics.limit = Some(limit));
        }
    }
}

/// Counts an error of a turn if it is a refusal.
pub(crate) fn turn_refused(error: &Error) {
    if let Error::Refused(_) = error {
        record(|metrics| metrics.turns_refused += 1);
    }
}

/// Counts an error of a handshake if it is a refusal.
pub fn handshake_refused(error: &Error) {
    if let Error::Refused(refusal) = error {
        record(|metrics| metrics.handshake_refused = Some(refusal.code()));
    }
}

/// A turn whose message is not stored yet. Counts a hole if it is dropped so.
#[derive(Debug)]
pub(crate) struct Hole(());

impl Hole {
    pub(crate) const fn open() -> Self {
        Self(())
    }

    /// The message is stored.
    pub(crate) fn fill(self) {
        mem::forget(self);
    }
}

impl Drop for Hole {
    fn drop(&mut self) {
        record(|metrics| metrics.holes += 1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::Refusal;

    use super::*;

    #[tokio::test]
    async fn an_invocation_has_its_own_counts() {
        let count = async |number| {
            tokio::task::yield_now().await;
            record(|metrics| metrics.turns_refused += number);
        };
        let (one, two) = tokio::join!(collect(count(1)), collect(count(2)));
        assert_eq!([one.1.turns_refused, two.1.turns_refused], [1, 2]);
        count(3).await;
        assert_eq!(collect(async {}).await.1, Metrics::default());
    }

    #[tokio::test]
    async fn a_turn_without_a_stored_message_is_a_hole() {
        let holes = async |outcome: Option<bool>| {
            let turn = async {
                let hole = Hole::open();
                match outcome {
                    Some(true) => hole.fill(),
                    Some(false) => {}
                    None => std::future::pending().await,
                }
            };
            let given_up = tokio::time::timeout(Duration::from_millis(1), turn);
            collect(async { drop(given_up.await) }).await.1.holes
        };
        assert_eq!([holes(Some(true)).await, holes(Some(false)).await, holes(None).await], [0, 1, 1]);
    }

    #[tokio::test]
    async fn only_refusals_count() {
        let refused = async |error: Error| {
            let all = async {
                limited(Limit::Calls)(&error);
                turn_refused(&error);
                handshake_refused(&error);
            };
            let metrics = collect(all).await.1;
            (metrics.limit, metrics.turns_refused, metrics.handshake_refused)
        };
        let limited = Refusal::rate_limited(Duration::from_secs(1)).into();
        assert_eq!(refused(limited).await, (Some(Limit::Calls), 1, Some("rate_limited")));
        assert_eq!(refused(Refusal::NotAMember.into()).await, (None, 1, Some("not_a_member")));
        assert_eq!(refused(Error::internal("storing", "on fire")).await, (None, 0, None));
    }
}
