use crate::{Content, Fields, Input, RoomId};

/// A message that is to be sent: the body of `POST /send-message/`.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where to.
    pub room: RoomId,
    /// What it says.
    pub content: Content,
}

impl Input for Draft {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let content = Content::read(fields);
        Some(Self { room: room?, content: content? })
    }
}
