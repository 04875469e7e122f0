use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The ways into a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everybody who knows its number may join it.
    #[default]
    Open,
    /// Only people who have its invite code, were added or were invited. For all others it does not exist.
    Invite,
}

impl FromStr for Access {
    type Err = &'static str;

    fn from_str(access: &str) -> Result<Self, Self::Err> {
        match access {
            "open" => Ok(Self::Open),
            "invite" => Ok(Self::Invite),
            _ => Err("must be open or invite"),
        }
    }
}

impl Access {
    /// The history that newcomers see unless the creator chooses.
    #[must_use]
    pub const fn usual_history(self) -> History {
        match self {
            Self::Open => History::All,
            Self::Invite => History::Joined,
        }
    }
}

/// The messages that newcomers see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum History {
    /// All that the room has, or had since it was changed to this.
    #[default]
    All,
    /// Those since they joined.
    Joined,
}
