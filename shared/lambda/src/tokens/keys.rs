//! The public keys that an instance knows, read again from time to time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chat::now;
use domain::{Error, Pace, Refusal, Timestamp};
use store::Store;

use super::key_set::{Claimant, KeySet, kid};

/// How long keys are used before they are read again. A revoked key is refused after that time.
const READ_EVERY: Duration = Duration::from_secs(30);
/// How often keys are read because of a token that names an unknown one. A key is published before it signs, so reading
/// again always finds it. Made-up names cause one read a second for each instance, and five at once.
const UNKNOWN: Pace = Pace::new(Duration::from_secs(1), 5);

/// Verifies tokens with the keys of the table.
#[derive(Debug)]
pub(crate) struct Keys {
    store: Store,
    issuer: String,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<(Arc<KeySet>, Timestamp)>,
    /// When [`UNKNOWN`] allows a whole burst again.
    full_at: Option<Timestamp>,
}

impl Known {
    /// The keys, unless they are to be read again.
    fn fresh(&self, now: Timestamp) -> Option<Arc<KeySet>> {
        let (keys, read_at) = self.keys.as_ref()?;
        // If the clock was set back, the keys must not last longer.
        (*read_at..*read_at + READ_EVERY).contains(&now).then(|| Arc::clone(keys))
    }

    /// Counts an unknown key. Returns whether to look for it.
    fn may_look_for_unknown(&mut self, now: Timestamp) -> bool {
        let full_at = self.full_at.unwrap_or(now);
        let allowed = UNKNOWN.wait(full_at, now).is_zero();
        if allowed {
            self.full_at = Some(full_at.max(now) + UNKNOWN.every);
        }
        allowed
    }
}

impl Keys {
    pub(crate) fn new(store: Store, issuer: String) -> Self {
        Self { store, issuer, known: Mutex::default() }
    }

    /// The claimant of a token.
    ///
    /// # Errors
    /// `Unauthenticated`; `Unavailable` while the keys cannot be read.
    pub(crate) async fn verify(&self, token: &str) -> Result<Claimant, Error> {
        let kid = kid(token).ok_or(Refusal::Unauthenticated)?;
        let now = now();
        let fresh = self.known().fresh(now);
        let keys = match fresh {
            Some(keys) if keys.has(&kid) || !self.known().may_look_for_unknown(now) => keys,
            _ => self.read(now).await?,
        };
        keys.verify(token)
    }

    /// Reads the keys from the table.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`.
    pub(crate) async fn read(&self, now: Timestamp) -> Result<Arc<KeySet>, Error> {
        let keys = Arc::new(KeySet::new(&self.issuer, &self.store.signing_keys(now).await?));
        self.known().keys = Some((Arc::clone(&keys), now));
        Ok(keys)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis((1_800_000_000 + seconds) * 1000)
    }

    #[test]
    fn keys_are_read_again_after_half_a_minute_and_by_a_clock_that_was_set_back() {
        let known = Known { keys: Some((Arc::new(KeySet::new("stack", &[])), at(100))), full_at: None };
        let is_fresh = |seconds| known.fresh(at(seconds)).is_some();
        assert!(is_fresh(100) && is_fresh(129));
        assert!(!is_fresh(130) && !is_fresh(99));
        assert!(Known::default().fresh(at(0)).is_none());
    }

    #[test]
    fn unknown_keys_are_looked_for_five_times_at_once_and_then_once_a_second() {
        let mut known = Known::default();
        let mut looks = |seconds| (0..99).filter(|_| known.may_look_for_unknown(at(seconds))).count();
        assert_eq!([looks(0), looks(1), looks(1), looks(3)], [5, 1, 0, 2]);
    }
}
