use serde::Serialize;

use crate::{MessageId, Timestamp, UserId, Username};

/// A member in the list of a room's members.
#[derive(Debug, Serialize)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// The name.
    pub username: Username,
    /// The time at which they joined.
    pub joined_at: Timestamp,
    /// The last message that they have read.
    pub last_read: Option<MessageId>,
    /// Whether they have a socket that receives the events of this room.
    pub online: bool,
}
