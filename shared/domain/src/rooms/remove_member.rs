use crate::{Fields, Input, MaybeBool, RoomId, UserId};

/// The body of `POST /remove-member/`.
#[derive(Clone, Debug)]
pub struct RemoveMember {
    /// The room.
    pub room: RoomId,
    /// The other user.
    pub user: UserId,
    /// Whether the user is banned.
    pub ban: MaybeBool,
}

impl Input for RemoveMember {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let user = fields.required("user");
        let ban = fields.required("ban");
        Some(Self { room: room?, user: user?, ban: ban? })
    }
}
