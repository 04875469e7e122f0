use crate::{Fields, Input, Role, RoomId, UserId};

/// The body of `POST /set-role/`.
#[derive(Clone, Debug)]
pub struct SetRole {
    /// The room.
    pub room: RoomId,
    /// The member.
    pub user: UserId,
    /// The role that the member has afterwards.
    pub role: Role,
}

impl Input for SetRole {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let user = fields.required("user");
        let role = fields.required("role");
        Some(Self { room: room?, user: user?, role: role? })
    }
}
