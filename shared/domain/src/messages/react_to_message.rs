use crate::{Fields, Input, MessageId, RoomId};

/// The body of `POST /react-to-message/`.
#[derive(Clone, Debug)]
pub struct ReactToMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
}

impl Input for ReactToMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        Some(Self { room: room?, message: message? })
    }
}
