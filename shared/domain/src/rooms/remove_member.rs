use crate::{Fields, Input, RoomId, UserId};

/// The body of `POST /remove-member/`.
#[derive(Clone, Debug)]
pub struct RemoveMember {
    /// The room.
    pub room: RoomId,
    /// The user.
    pub user: UserId,
    /// True bans the user, also one who is not a member. False lifts a ban and removes nobody from the room. Without a
    /// value the user is removed and can come back.
    pub ban: Option<bool>,
}

impl Input for RemoveMember {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let user = fields.required("user");
        let ban = fields.optional("ban");
        Some(Self { room: room?, user: user?, ban })
    }
}
