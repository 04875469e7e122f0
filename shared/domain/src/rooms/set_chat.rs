use crate::{Fields, Input, RoomId};

/// The body of `POST /set-chat/`.
#[derive(Clone, Debug)]
pub struct SetChat {
    /// The room.
    pub room: RoomId,
}

impl Input for SetChat {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        Some(Self { room: room? })
    }
}
