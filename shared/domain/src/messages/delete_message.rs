use serde::Deserialize;

use crate::{Fields, Input, MessageId, RoomId};

/// The body of `POST /delete-message/`.
#[derive(Clone, Debug)]
pub struct DeleteMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The people for whom it is deleted.
    pub audience: DeletedFor,
}

/// The people for whom a message is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeletedFor {
    /// All members of the room.
    Everyone,
    /// The caller.
    Me,
}

impl Input for DeleteMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        let audience = fields.required("for");
        Some(Self { room: room?, message: message?, audience: audience? })
    }
}
