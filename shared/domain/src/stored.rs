//! Values of stored items, which keep the rules of their time.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

/// A type whose rules have changed, or may change: a stored value is taken as it is.
pub trait Stored: Sized {
    /// The form in which it is stored.
    type Raw: DeserializeOwned;

    /// The stored value, unchecked.
    fn stored(raw: Self::Raw) -> Self;
}

impl<T: Stored> Stored for Option<T> {
    type Raw = Option<T::Raw>;

    fn stored(raw: Self::Raw) -> Self {
        raw.map(T::stored)
    }
}

/// Reads a field of a stored item: `#[serde(deserialize_with = "domain::stored")]`. A new rule must not make an item
/// unreadable that was stored before it.
///
/// # Errors
/// The field has another type.
pub fn stored<'de, D: Deserializer<'de>, T: Stored>(deserializer: D) -> Result<T, D::Error> {
    T::Raw::deserialize(deserializer).map(T::stored)
}
