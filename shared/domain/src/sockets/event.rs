use serde::Serialize;

use crate::{MessageId, RoomId, ShownMessage, UserId};

/// An event that the server sends over a socket.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event<'a> {
    /// A message was stored.
    Message(&'a ShownMessage),
    /// A member types, or has stopped.
    Typing {
        /// The room.
        conversation: RoomId,
        /// The member.
        sender: UserId,
        /// `false` if the member has stopped.
        typing: bool,
    },
    /// The read mark of a member moved.
    Read {
        /// The room.
        conversation: RoomId,
        /// The member.
        user: UserId,
        /// The message at the mark.
        last_read: MessageId,
    },
    /// A member joined.
    Joined {
        /// The room.
        conversation: RoomId,
        /// The member.
        user: UserId,
    },
    /// A member left.
    Left {
        /// The room.
        conversation: RoomId,
        /// The member.
        user: UserId,
    },
    /// The answer to a ping.
    Pong,
    /// A frame was refused.
    Error {
        /// A word for the reason that never changes.
        code: &'a str,
        /// The reason in a sentence.
        detail: &'a str,
        /// The frame's name for its message.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
        /// The seconds after which the same frame may be accepted.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// The id that finds the frame in the logs.
        request_id: &'a str,
    },
}
