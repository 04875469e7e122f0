use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Content, Draft, Error, Fields, Input, Mark, MessageId, Refusal, RoomId, UserId, fields::take};

/// The most rooms of one frame with marks.
const MAX_MARKS: usize = 100;

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

/// A frame `{"type":"delivered", …}` or `{"type":"read", …}`.
#[derive(Debug)]
pub struct MarksFrame {
    /// The mark that moves.
    pub mark: Mark,
    /// Each room with the message to which its mark moves, the last one if the frame names several.
    pub marks: BTreeMap<RoomId, MessageId>,
}

impl Input for MarksFrame {
    fn read(fields: &mut Fields) -> Option<Self> {
        let mark = fields.required("type");
        let to: Option<Vec<To>> = fields.required("marks");
        if to.as_ref().is_some_and(|to| !(1..=MAX_MARKS).contains(&to.len())) {
            fields.reject("marks", format!("must have 1 to {MAX_MARKS} marks"));
        }
        let mut marks = BTreeMap::new();
        for To { conversation, message } in to? {
            let last = marks.entry(conversation).or_insert(message);
            *last = message.max(*last);
        }
        Some(Self { mark: mark?, marks })
    }
}

/// A mark in a room.
#[derive(Deserialize)]
#[serde(try_from = "Map<String, Value>")]
struct To {
    conversation: RoomId,
    message: MessageId,
}

impl TryFrom<Map<String, Value>> for To {
    type Error = String;

    fn try_from(mut fields: Map<String, Value>) -> Result<Self, Self::Error> {
        let conversation = take(&mut fields, "conversation")?.ok_or("conversation: is required")?;
        let message = take(&mut fields, "message")?.ok_or("message: is required")?;
        Ok(Self { conversation, message })
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
        fields.reject("type", "must be message, typing, delivered, read or ping");
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

    #[test]
    fn a_frame_with_marks_has_1_to_100_and_names_a_room_once() {
        let read = |marks: &str| {
            let frame = format!(r#"{{"type":"read","marks":[{marks}]}}"#);
            Fields::parse(frame.as_bytes()).unwrap().into::<MarksFrame>()
        };
        let marks = |rooms: u64| {
            let marks = (1..=rooms).map(|room| format!(r#"{{"conversation":{room},"message":7}}"#));
            read(&marks.collect::<Vec<_>>().join(","))
        };
        assert_eq!([0, 1, 100, 101].map(|rooms| marks(rooms).is_ok()), [false, true, true, false]);
        let twice = [5, 9, 7].map(|message| format!(r#"{{"conversation":1,"message":{message}}}"#)).join(",");
        let frame = read(&twice).unwrap();
        let to: Vec<_> = frame.marks.into_iter().map(|(room, message)| (room.get(), message.get())).collect();
        assert_eq!((frame.mark, to), (Mark::Read, vec![(1, 9)]));
        for wrong in ["1", "[1,7]", r#"{"conversation":1}"#, r#"{"conversation":0,"message":7}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
