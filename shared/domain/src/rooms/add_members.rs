use crate::{Fields, Input, RoomId, Users, usize};

/// The body of `POST /add-members/`.
#[derive(Clone, Debug)]
pub struct AddMembers {
    /// The room.
    pub room: RoomId,
    /// The users: 1 to 50.
    pub members: Users,
    /// The number of earlier messages that they see: 0, 25, 50, 75 or 100.
    pub history: usize,
}

impl Input for AddMembers {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let members = fields.required("members");
        let history = fields.required("history");
        Some(Self { room: room?, members: members?, history: history? })
    }
}
