use crate::{Content, Fields, Input, RoomId};

/// A message to be sent: the body of `POST /send-message/`.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The room.
    pub room: RoomId,
    /// The content.
    pub content: Content,
    /// How often a forwarded message has been forwarded.
    pub forwarded: Option<u32>,
}

impl Input for Draft {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let content = Content::read(fields);
        Some(Self { room: room?, content: content?, forwarded: None })
    }
}
