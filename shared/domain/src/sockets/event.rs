use serde::Serialize;

use crate::{MessageId, RoomId, ShownMessage, UserId};

/// What a server tells a client over a socket.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event<'a> {
    /// A message was stored.
    Message(&'a ShownMessage),
    /// Somebody types, or has stopped.
    Typing {
        /// Where.
        conversation: RoomId,
        /// Who.
        sender: UserId,
        /// Whether they type.
        typing: bool,
    },
    /// Somebody's mark moved.
    Read {
        /// Where.
        conversation: RoomId,
        /// Whose.
        user: UserId,
        /// To which message.
        last_read: MessageId,
    },
    /// Somebody came.
    Joined {
        /// Where to.
        conversation: RoomId,
        /// Who.
        user: UserId,
    },
    /// Somebody went.
    Left {
        /// Where from.
        conversation: RoomId,
        /// Who.
        user: UserId,
    },
    /// The answer to a ping.
    Pong,
    /// A frame was refused.
    Error {
        /// A stable word for the reason.
        code: &'a str,
        /// The reason in a sentence.
        detail: &'a str,
        /// What the frame called its message.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
        /// When the same frame may be taken, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// What finds the frame in the logs.
        request_id: &'a str,
    },
}
