use serde::Serialize;

use crate::{Text, Timestamp};

/// The settings of a chat, which its user alone sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChatSettings {
    /// The time until which it does not notify; `None` if it does. It may have passed.
    pub muted_until: Option<Timestamp>,
    /// Whether it is out of the way.
    pub archived: bool,
    /// Whether it is one of the first.
    pub pinned: bool,
    /// Whether the user has marked it as unread.
    pub marked_unread: bool,
    /// The beginning of a message that the user has not sent.
    pub draft: Option<Text>,
    /// The time at which the user has cleared it.
    pub cleared_at: Option<Timestamp>,
    /// A number that rises with each change of these.
    pub settings_version: u64,
}
