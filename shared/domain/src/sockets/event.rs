use serde::Serialize;

use crate::{ChatSettings, Emoji, MessageId, RoomId, ShownMessage, ShownRoom, UserId, sockets::TypingKind};

/// An event that the server sends over a socket.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event<'a> {
    /// A message was stored.
    Message {
        /// The message.
        #[serde(flatten)]
        message: &'a ShownMessage,
        /// The number of the last change of the room.
        changes: u64,
    },
    /// The text of a message was changed.
    Edited {
        /// The room.
        conversation: RoomId,
        /// The number of this change.
        change: u64,
        /// The message as it is now.
        message: &'a ShownMessage,
    },
    /// A message was deleted, for everyone or for the receiver.
    Deleted {
        /// The room.
        conversation: RoomId,
        /// The number of this change.
        change: u64,
        /// The message as it is now.
        message: &'a ShownMessage,
    },
    /// A member has set or removed their reaction to a message.
    Reaction {
        /// The room.
        conversation: RoomId,
        /// The number of this change.
        change: u64,
        /// The message.
        message_id: MessageId,
        /// The member.
        user: UserId,
        /// The emoji; `None` if the reaction is removed.
        emoji: Option<&'a Emoji>,
    },
    /// A member types, or has stopped.
    Typing {
        /// The room.
        conversation: RoomId,
        /// The member.
        sender: UserId,
        /// `false` if the member has stopped.
        typing: bool,
        /// The part of a message that they make.
        kind: TypingKind,
        /// The seconds after which it is over, unless it is said again.
        expires_in: u64,
    },
    /// The mark of the messages that a member has received moved.
    Delivered {
        /// The room.
        conversation: RoomId,
        /// The member.
        user: UserId,
        /// The message at the mark.
        last_delivered: MessageId,
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
        /// Whether the receiver cannot come back.
        banned: bool,
    },
    /// The receiver was invited to a room.
    Invited {
        /// The room.
        conversation: RoomId,
        /// The member who did it.
        by: UserId,
    },
    /// The settings or roles of a room changed, or several users were added to a large room.
    Room(RoomEvent<'a>),
    /// The receiver's user has changed the settings of a chat.
    Chat {
        /// The room.
        conversation: RoomId,
        /// The settings.
        settings: &'a ChatSettings,
    },
    /// The receiver is closed, because its user has opened another socket and may have no more.
    Replaced,
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

/// The event of a change of a room.
///
/// Its number is that of the last change of the room itself. The newest number of a room that was read again may belong
/// to the edit of a message. A client that took it for the number of this event would skip the edit.
#[derive(Clone, Debug, Serialize)]
pub struct RoomEvent<'a> {
    conversation: RoomId,
    change: u64,
    room: &'a ShownRoom,
}

impl<'a> From<&'a ShownRoom> for RoomEvent<'a> {
    /// Makes the event from the room as all members see it.
    fn from(shown: &'a ShownRoom) -> Self {
        Self { conversation: shown.room.id, change: shown.room.room_change, room: shown }
    }
}
