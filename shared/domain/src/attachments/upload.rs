use std::time::Duration;

use crate::{Attachment, RoomId, Timestamp, UserId};

/// How long an upload may begin after it was announced.
pub const UPLOAD_WITHIN: Duration = Duration::from_mins(10);

/// How long an attachment waits for its message. The bucket deletes what is in none after a day; half of it is for clocks,
/// and for rules that run when they run.
pub const SEND_ATTACHMENT_WITHIN: Duration = Duration::from_hours(12);

/// How far an attachment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has been announced; it may have been uploaded, and has not been checked.
    Announced,
    /// It may be sent.
    Ready,
    /// It is not what it was announced to be, for the reason given.
    Refused(String),
    /// It is in a message.
    Sent,
}

/// An attachment on its way into a message.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What is uploaded.
    pub attachment: Attachment,
    /// For which room.
    pub room: RoomId,
    /// By whom.
    pub owner: UserId,
    /// How far it has come.
    pub progress: Progress,
    /// Until when it may be sent; none in a message.
    pub expires_at: Option<Timestamp>,
}
