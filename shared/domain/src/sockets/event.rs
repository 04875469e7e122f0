use serde::Serialize;

use crate::{MessageId, RoomId, ShownMessage, ShownRoom, UserId, sockets::TypingKind};

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
        /// What they make.
        kind: TypingKind,
        /// The seconds after which it is over, unless it is said again.
        expires_in: u64,
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
        /// The member who removed them, if they did not leave by themselves.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
    /// The receiver was removed from a room, or the room was deleted.
    Removed {
        /// The room.
        conversation: RoomId,
        /// The member who did it.
        by: UserId,
    },
    /// The receiver was invited to a room.
    Invited {
        /// The room.
        conversation: RoomId,
        /// The member who did it.
        by: UserId,
    },
    /// The settings or roles of a room changed.
    Room {
        /// The room.
        conversation: RoomId,
        /// The number of this change.
        change: u64,
        /// The room as the receiver sees it.
        room: &'a ShownRoom,
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
