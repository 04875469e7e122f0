use serde::Serialize;

use crate::{Fields, Input, Timestamp, UserId, Username};

/// The body of `POST /set-block/`, and its response.
#[derive(Clone, Debug, Serialize)]
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

/// A user whom the caller has blocked.
#[derive(Clone, Debug, Serialize)]
pub struct BlockedUser {
    /// The user.
    pub user: UserId,
    /// The name of the user.
    pub username: Username,
    /// The time of the block.
    pub blocked_at: Timestamp,
}
