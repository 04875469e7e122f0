use serde::{Deserialize, Serialize};

use crate::RoomId;

const MAX_NAME_CHARS: usize = 255;
const MAX_DESCRIPTION_CHARS: usize = 1000;

/// What a room is called: 1 to 255 characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RoomName(String);

impl RoomName {
    /// The name of a room whose creator gave none.
    #[must_use]
    pub fn of(id: RoomId) -> Self {
        Self(format!("Chatroom {id}"))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoomName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if (1..=MAX_NAME_CHARS).contains(&name.chars().count()) {
            Ok(Self(name))
        } else {
            Err("must have 1 to 255 characters")
        }
    }
}

/// What a room is about: at most 1,000 characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Description(String);

impl Description {
    /// The description as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Description {
    fn default() -> Self {
        Self("This is a chatroom.".to_owned())
    }
}

impl TryFrom<String> for Description {
    type Error = &'static str;

    fn try_from(description: String) -> Result<Self, Self::Error> {
        if description.chars().count() <= MAX_DESCRIPTION_CHARS {
            Ok(Self(description))
        } else {
            Err("must have at most 1000 characters")
        }
    }
}
