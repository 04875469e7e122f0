use serde::{Deserialize, Serialize};

use crate::{Content, Draft, Error, Fields, Input, Refusal, RoomId, UserId};

/// A frame `{"type":"message", …}`.
#[derive(Debug)]
pub struct MessageFrame {
    room: Option<RoomId>,
    sender: Option<UserId>,
    content: Content,
}

impl Input for MessageFrame {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.optional("conversation");
        let sender = fields.optional("sender");
        Some(Self { room, sender, content: Content::read(fields)? })
    }
}

impl MessageFrame {
    /// The message that `caller` sends, over a socket that may be bound to a room.
    pub fn draft(self, caller: UserId, bound: Option<RoomId>) -> Result<Draft, Error> {
        if self.sender.is_some_and(|sender| sender != caller) {
            return Err(Refusal::field("sender", "must be the caller").into());
        }
        Ok(Draft { room: room(self.room, bound)?, content: self.content, forwarded: None })
    }
}

/// The part of a message that somebody makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypingKind {
    /// They type a text.
    #[default]
    Text,
    /// They record their voice.
    Audio,
}

/// A frame `{"type":"typing", …}`.
#[derive(Debug)]
pub struct TypingFrame {
    room: Option<RoomId>,
    /// `false` if the caller has stopped typing.
    pub typing: bool,
    /// The part of a message that they make.
    pub kind: TypingKind,
}

impl Input for TypingFrame {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            room: fields.optional("conversation"),
            typing: fields.optional("typing").unwrap_or(true),
            kind: fields.optional("kind").unwrap_or_default(),
        })
    }
}

impl TypingFrame {
    /// The room in which the caller types, over a socket that may be bound to a room.
    pub fn room(&self, bound: Option<RoomId>) -> Result<RoomId, Error> {
        room(self.room, bound)
    }
}

/// A frame of another type.
#[derive(Debug)]
pub enum OtherFrame {
    /// A frame `{"type":"ping"}`, which keeps a socket from being closed for idleness.
    Ping,
}

impl Input for OtherFrame {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind: String = fields.required("type")?;
        if kind == "ping" {
            return Some(Self::Ping);
        }
        fields.reject("type", "must be message, typing or ping");
        None
    }
}

fn room(named: Option<RoomId>, bound: Option<RoomId>) -> Result<RoomId, Error> {
    named.or(bound).ok_or_else(|| Refusal::field("conversation", "is required on a socket that names no room").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(frame: &str, bound: Option<u64>) -> Result<Draft, Error> {
        let bound = bound.map(|id| RoomId::try_from(id).unwrap());
        let frame: MessageFrame = Fields::parse(frame.as_bytes()).unwrap().into().unwrap();
        frame.draft(UserId::try_from(1).unwrap(), bound)
    }

    #[test]
    fn the_room_is_the_frames_or_else_the_sockets() {
        assert_eq!(draft(r#"{"text":"hi","conversation":2}"#, Some(1)).unwrap().room.get(), 2);
        assert_eq!(draft(r#"{"text":"hi"}"#, Some(1)).unwrap().room.get(), 1);
        assert!(draft(r#"{"text":"hi"}"#, None).is_err());
    }

    #[test]
    fn nobody_sends_in_the_name_of_another() {
        assert!(draft(r#"{"text":"hi","sender":1}"#, Some(1)).is_ok());
        assert!(draft(r#"{"text":"hi","sender":2}"#, Some(1)).is_err());
    }
}
