use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The people who may add a user to rooms. Others can invite them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhoCanAdd {
    /// Everybody.
    Everyone,
    /// People to whom the user has written in a direct room.
    #[default]
    Contacts,
    /// Nobody.
    Nobody,
}

impl FromStr for WhoCanAdd {
    type Err = &'static str;

    fn from_str(who: &str) -> Result<Self, Self::Err> {
        match who {
            "everyone" => Ok(Self::Everyone),
            "contacts" => Ok(Self::Contacts),
            "nobody" => Ok(Self::Nobody),
            _ => Err("must be everyone, contacts or nobody"),
        }
    }
}
