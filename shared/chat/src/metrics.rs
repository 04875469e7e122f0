//! The counts of an invocation for operators. `lambda` writes them to the log.
//!
//! An invocation collects them in its task. Outside of an invocation they are dropped.

use std::{cell::RefCell, mem};

use domain::{Error, Kind, Refusal};
use serde::Serialize;

/// The counts of one invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The number of sockets of each message that was sent, and of each change of one.
    pub fan_out: Vec<usize>,
    /// Pushes of events that API Gateway has taken.
    pub pushes_delivered: usize,
    /// Pushes to sockets that are closed.
    pub pushes_gone: usize,
    /// Pushes that API Gateway has not taken in time, or has refused.
    pub pushes_slow: usize,
    /// Messages that got no place in their room.
    pub turns_refused: usize,
    /// Messages of admitted senders that got a place in their room and were not stored.
    pub holes: usize,
    /// The limit that has refused the call. Of several, the last one.
    pub limit: Option<Limit>,
    /// The reason for which a handshake was refused, of [`HANDSHAKE_REASONS`].
    pub handshake_refused: Option<&'static str>,
}

/// The reasons that are counted apart, and one for all others. Each is a metric that is paid for, so the list is short.
pub const HANDSHAKE_REASONS: [&str; 7] = [
    Refusal::Unauthenticated.code(),
    Refusal::NotAMember.code(),
    Refusal::RoomNotFound.code(),
    Refusal::ForeignOrigin.code(),
    Refusal::WrongAddress.code(),
    Refusal::TooManySockets.code(),
    OTHER,
];
const OTHER: &str = "other";

/// Declares the limits, and the list of all.
macro_rules! limits {
    ($($(#[$about:meta])* $limit:ident,)+) => {
        /// A limit on a rate. Each value is a metric that is paid for, so the list is short.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Limit {
            $($(#[$about])* $limit,)+
        }

        impl Limit {
            /// All limits, by name.
            pub const ALL: &[Self] = &[$(Self::$limit,)+];
        }
    };
}

limits! {
    /// Calls and frames of a user.
    Calls,
    /// Attempts to log in, and refreshes.
    Logins,
    /// Messages of a user in a room.
    Messages,
    /// Pushes of a room.
    Pushes,
    /// Registrations from a network.
    Registrations,
    /// Changes of rooms by a user.
    RoomChanges,
    /// Searches of a user.
    Searches,
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
        let code = refusal.code();
        let reason = if HANDSHAKE_REASONS.contains(&code) { code } else { OTHER };
        record(|metrics| metrics.handshake_refused = Some(reason));
    }
}

/// The turn of an admitted sender whose message is not stored yet. Counts a hole if it is dropped so.
#[derive(Debug)]
pub(crate) struct Hole(());

impl Hole {
    pub(crate) const fn open() -> Self {
        Self(())
    }

    /// The message is stored, by this call or an earlier one.
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
        assert_eq!(refused(limited).await, (Some(Limit::Calls), 1, Some("other")));
        assert_eq!(refused(Refusal::NotAMember.into()).await, (None, 1, Some("not_a_member")));
        assert_eq!(refused(Error::internal("storing", "on fire")).await, (None, 0, None));
    }
}
