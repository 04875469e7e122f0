use crate::{RoomId, text::text};

text! {
    /// The name of a room.
    RoomName, 1..=255, VISIBLE_LINE
}
text! {
    /// The description of a room.
    Description, ..=1000, LINES
}

impl RoomName {
    /// The default name of a room.
    #[must_use]
    pub fn of(id: RoomId) -> Self {
        Self(format!("Chatroom {id}"))
    }
}

impl Description {
    /// The description of a room that has none.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }
}

impl Default for Description {
    fn default() -> Self {
        Self("This is a chatroom.".to_owned())
    }
}
