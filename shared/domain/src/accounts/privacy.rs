use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The people whom a privacy setting of a user admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Circle {
    /// Everybody.
    Everyone,
    /// People to whom the user has written in a direct room.
    Contacts,
    /// Nobody.
    Nobody,
}

impl Circle {
    /// Whether a person is admitted, who is a contact of the user or not.
    #[must_use]
    pub const fn admits(self, is_contact: bool) -> bool {
        match self {
            Self::Everyone => true,
            Self::Contacts => is_contact,
            Self::Nobody => false,
        }
    }
}

impl FromStr for Circle {
    type Err = &'static str;

    fn from_str(circle: &str) -> Result<Self, Self::Err> {
        match circle {
            "everyone" => Ok(Self::Everyone),
            "contacts" => Ok(Self::Contacts),
            "nobody" => Ok(Self::Nobody),
            _ => Err("must be everyone, contacts or nobody"),
        }
    }
}
