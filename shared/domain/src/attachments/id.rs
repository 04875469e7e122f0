use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Builder, Uuid};

/// An attachment: 122 random bits, written as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttachmentId(Uuid);

impl AttachmentId {
    /// The id with these random bits.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(random).into_uuid())
    }
}

impl FromStr for AttachmentId {
    type Err = &'static str;

    /// Accepts only the form of `Display`, so that an attachment has one name.
    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let parsed = id.parse().map(Self).ok().filter(|parsed| parsed.to_string() == id);
        parsed.ok_or("must be the id of an attachment")
    }
}

impl fmt::Display for AttachmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Serialize for AttachmentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AttachmentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = AttachmentId::new([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in
            [id.to_string().to_uppercase(), id.to_string().replace('-', ""), format!("{{{id}}}"), String::new()]
        {
            assert!(other.parse::<AttachmentId>().is_err(), "{other}");
        }
    }
}
