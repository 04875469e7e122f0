use crate::{Fields, Input, RoomId, RoomName};

/// The body of `POST /set-room/`.
#[derive(Clone, Debug)]
pub struct SetRoom {
    /// The room.
    pub room: RoomId,
    /// The name.
    pub name: RoomName,
}

impl Input for SetRoom {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let name = fields.required("name");
        Some(Self { room: room?, name: name? })
    }
}
