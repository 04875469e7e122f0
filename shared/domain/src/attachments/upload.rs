use std::time::Duration;

use crate::{Attachment, RoomId, Timestamp, UserId};

/// The time after the announcement in which the upload may begin.
pub const UPLOAD_WITHIN: Duration = Duration::from_mins(10);

/// The time after the announcement in which a message or a room may take the attachment. The bucket deletes attachments
/// that nothing has taken after a day. Half of the day is left for clocks that differ, and for lifecycle rules that run
/// late.
pub const SEND_ATTACHMENT_WITHIN: Duration = Duration::from_hours(12);

/// The state of an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has been announced and perhaps uploaded, but not checked.
    Announced,
    /// It may be sent.
    Ready,
    /// It differs from its announcement, for this reason.
    Refused(String),
    /// It is in a message.
    Sent,
    /// It is the picture of this room, or has been.
    PictureOf(RoomId),
}

/// An attachment on its way into a message, or to a room.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The description of the file.
    pub attachment: Attachment,
    /// The room of its message. `None` for the picture of a room.
    pub room: Option<RoomId>,
    /// The user that announced it.
    pub owner: UserId,
    /// The state.
    pub progress: Progress,
    /// The end of the time in which it may be sent. `None` once a message or a room has it.
    pub expires_at: Option<Timestamp>,
}
