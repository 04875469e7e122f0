use crate::{Fields, Input, RoomId};

/// The body of `POST /answer-invitation/`.
#[derive(Clone, Debug)]
pub struct AnswerInvitation {
    /// The room.
    pub room: RoomId,
    /// Whether the caller joins the room.
    pub accept: bool,
}

impl Input for AnswerInvitation {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let accept = fields.required("accept");
        Some(Self { room: room?, accept: accept? })
    }
}
