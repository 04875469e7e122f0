use serde::Serialize;

use crate::{DeviceName, Timestamp};

/// A session in the list of its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedSession {
    /// The id.
    pub id: String,
    /// The name that its device had at the login.
    pub device: Option<DeviceName>,
    /// The time of the login.
    pub created_at: Timestamp,
    /// The time of the last refresh, or else of the login.
    pub last_used_at: Timestamp,
    /// Whether it is the session of the caller.
    pub current: bool,
}
