use crate::{Fields, Input, MessageId, RoomId};

/// The body of `POST /forward-message/`.
#[derive(Clone, Debug)]
pub struct ForwardMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
}

impl Input for ForwardMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        Some(Self { room: room?, message: message? })
    }
}
