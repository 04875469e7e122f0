use crate::{Fields, Input, RoomId, bool};

/// The body of `POST /reset-invite/`.
#[derive(Clone, Debug)]
pub struct ResetInvite {
    /// The room.
    pub room: RoomId,
    /// Whether the room has a code afterwards.
    pub enabled: bool,
}

impl Input for ResetInvite {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let enabled = fields.required("enabled");
        Some(Self { room: room?, enabled: enabled? })
    }
}
