use crate::{Fields, Input, MessageId, RoomId, Text};

/// The body of `POST /edit-message/`.
#[derive(Clone, Debug)]
pub struct EditMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The text.
    pub text: Text,
}

impl Input for EditMessage {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let message = fields.required("message_id");
        let text = fields.required("text");
        Some(Self { room: room?, message: message?, text: text? })
    }
}
