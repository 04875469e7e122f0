use serde::Serialize;

use crate::{MessageId, Timestamp, UserId, Username};

/// A member in the list of a room's members.
#[derive(Debug, Serialize)]
pub struct Member {
    /// Who it is.
    pub user: UserId,
    /// What they are called.
    pub username: Username,
    /// When they came.
    pub joined_at: Timestamp,
    /// Up to where they have read.
    pub last_read: Option<MessageId>,
    /// Whether they have a socket that hears this room.
    pub online: bool,
}
