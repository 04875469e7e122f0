use crate::{RoomId, text::text};

text! {
    /// The name of a room.
    RoomName, 1..=255
}
text! {
    /// The description of a room.
    Description, ..=1000
}

impl RoomName {
    /// The default name of a room.
    #[must_use]
    pub fn of(id: RoomId) -> Self {
        Self(format!("Chatroom {id}"))
    }
}

impl Default for Description {
    fn default() -> Self {
        Self("This is a chatroom.".to_owned())
    }
}
