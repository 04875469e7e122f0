//! Values that calls set, and the values that they may have had at a time.

use std::{collections::HashMap, hash::Hash};

use crate::{Change, Time};

/// The changes of values, by the owner of the value.
pub(crate) struct Register<K, V>(HashMap<K, Vec<Change<K, V>>>);

impl<K: Copy + Eq + Hash, V: Copy + PartialEq> Register<K, V> {
    pub(crate) fn new(changes: impl IntoIterator<Item = Change<K, V>>) -> Self {
        let mut register: HashMap<_, Vec<_>> = HashMap::new();
        for change in changes {
            register.entry(change.of).or_default().push(change);
        }
        Self(register)
    }

    /// The changes that may have set the value that was there at some moment of this time.
    pub(crate) fn possible(&self, of: K, begun: Time, ended: Time) -> impl Iterator<Item = &Change<K, V>> {
        let changes = self.0.get(&of).map(Vec::as_slice).unwrap_or_default();
        changes.iter().filter(move |one| {
            let overrides = |other: &Change<K, V>| other.is_sure && other.begun > one.latest() && other.ended < begun;
            one.begun <= ended && !changes.iter().any(overrides)
        })
    }

    /// Whether it may have had this value at some moment of this time.
    pub(crate) fn may_be(&self, of: K, value: V, begun: Time, ended: Time) -> bool {
        self.possible(of, begun, ended).any(|change| change.value == value)
    }

    /// Whether it had this value all this time.
    pub(crate) fn surely_is(&self, of: K, value: V, begun: Time, ended: Time) -> bool {
        let changes = self.0.get(&of).map(Vec::as_slice).unwrap_or_default();
        changes.iter().any(|change| change.is_sure && change.ended < begun)
            && self.possible(of, begun, ended).all(|change| change.value == value)
    }

    /// Whether a change may have taken effect at some moment of this time.
    pub(crate) fn may_change(&self, of: K, begun: Time, ended: Time) -> bool {
        let changes = self.0.get(&of).map(Vec::as_slice).unwrap_or_default();
        changes.iter().any(|change| change.begun <= ended && change.latest() >= begun)
    }
}
