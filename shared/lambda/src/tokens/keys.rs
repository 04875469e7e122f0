//! The public keys, as far as an instance knows them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chat::now;
use domain::{Error, Pace, Timestamp};
use store::Store;

use super::key_set::{Claimant, KeySet, kid};

/// How long keys are believed before they are read again: a key that was revoked is refused after that time.
const READ_EVERY: Duration = Duration::from_secs(30);
/// How often keys are read because of a token that names an unknown one. A key is published before it signs, so reading again
/// always finds it. Whoever sends made-up names causes one read a second and instance.
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

impl Keys {
    pub(crate) fn new(store: Store, issuer: String) -> Self {
        Self { store, issuer, known: Mutex::default() }
    }

    /// The claimant of a token.
    ///
    /// # Errors
    /// `Unauthenticated`; `Unavailable` while the keys cannot be read.
    pub(crate) async fn verify(&self, token: &str) -> Result<Claimant, Error> {
        let kid = kid(token).ok_or(Error::Unauthenticated)?;
        let now = now();
        let mut keys = match self.fresh(now) {
            Some(keys) => keys,
            None => self.read(now).await?,
        };
        if !keys.has(&kid) && self.may_look_for_unknown(now) {
            keys = self.read(now).await?;
        }
        keys.verify(token)
    }

    /// Reads the keys from the table.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`.
    pub(crate) async fn read(&self, now: Timestamp) -> Result<Arc<KeySet>, Error> {
        let keys = Arc::new(KeySet::new(&self.issuer, &self.store.signing_keys(now).await?)?);
        self.known().keys = Some((Arc::clone(&keys), now));
        Ok(keys)
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<KeySet>> {
        let known = self.known();
        let (keys, read_at) = known.keys.as_ref()?;
        // A clock that was set back must not make them last longer.
        (*read_at..*read_at + READ_EVERY).contains(&now).then(|| Arc::clone(keys))
    }

    fn may_look_for_unknown(&self, now: Timestamp) -> bool {
        let mut known = self.known();
        let full_at = known.full_at.unwrap_or(now);
        let allowed = UNKNOWN.wait(full_at, now).is_zero();
        if allowed {
            known.full_at = Some(full_at.max(now) + UNKNOWN.every);
        }
        allowed
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
