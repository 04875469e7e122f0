use crate::{Fields, Input, UserId, bool};

/// The body of `POST /set-block/`.
#[derive(Clone, Debug)]
pub struct SetBlock {
    /// The other user.
    pub user: UserId,
    /// Whether the user is blocked afterwards.
    pub blocked: bool,
}

impl Input for SetBlock {
    fn read(fields: &mut Fields) -> Option<Self> {
        let user = fields.required("user");
        let blocked = fields.required("blocked");
        Some(Self { user: user?, blocked: blocked? })
    }
}
