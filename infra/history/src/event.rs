//! The observations of a client.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;

/// The time since the start of the run.
pub type Time = Duration;

/// A message as an answer or an event showed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Message {
    /// The id.
    pub id: u64,
    /// The room.
    #[serde(rename = "conversation")]
    pub room: u64,
    /// The sender.
    pub sender: u64,
    /// The other members at that time.
    pub receivers: Vec<u64>,
    /// The place in the room, counted from 1.
    pub sequence: u64,
    /// The id that the sender chose.
    pub client_id: Option<String>,
    /// The text. Clients send no text twice; only forwards repeat one.
    pub text: String,
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<u64>,
    /// The users whom it mentions.
    #[serde(default)]
    pub mentions: Vec<u64>,
    /// Whether it mentions all members.
    #[serde(default)]
    pub mentions_all: bool,
    /// Its picture.
    #[serde(default, rename = "attachment_picture")]
    pub picture: Option<Picture>,
    /// The number of times that it was forwarded.
    #[serde(default)]
    pub forwarded: Option<u64>,
    /// 1, and one more with each edit and with the deletion.
    #[serde(default)]
    pub version: u64,
    /// The user who has deleted it for everyone.
    #[serde(default)]
    pub deleted_by: Option<u64>,
    /// Whether its reader has deleted it for themselves.
    #[serde(default)]
    pub hidden: bool,
    /// The reactions.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
}

/// The users who react to a message with the same emoji, as one of the readers sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// The number of users.
    pub count: u64,
    /// Some of the users.
    pub users: Vec<u64>,
    /// Whether the reader is one of them. Events do not say so.
    #[serde(default)]
    pub mine: bool,
}

/// A picture that is attached to a message. Its links differ from answer to answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Picture {
    /// The id of the attachment.
    pub id: String,
}

/// The users whom a message is to mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// The users.
    pub users: Vec<u64>,
    /// Whether it mentions all members, and not only these users.
    pub all: bool,
}

impl Message {
    /// The room and the id.
    #[must_use]
    pub const fn key(&self) -> (u64, u64) {
        (self.room, self.id)
    }

    /// Whether another observation is of the same message: changes leave these parts as they are.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let fixed = |message: &Self| (message.key(), message.sender, message.sequence);
        let is_stub = [self, other].iter().any(|message| message.hidden || message.deleted_by.is_some());
        fixed(self) == fixed(other)
            && self.receivers == other.receivers
            && self.client_id == other.client_id
            && (self.forwarded == other.forwarded || is_stub)
    }

    /// Whether anything of its content is left. Its reader sees none of a deleted one.
    #[must_use]
    pub const fn has_content(&self) -> bool {
        let is_plain = self.mentions.is_empty() && !self.mentions_all && self.picture.is_none();
        !(self.text.is_empty() && is_plain && self.reactions.is_empty())
    }

    /// Whether a user has sent or received the message.
    #[must_use]
    pub fn concerns(&self, user: u64) -> bool {
        self.sender == user || self.receivers.contains(&user)
    }
}

/// A sent message, with all tries of its sender.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The sender.
    pub sender: u64,
    /// The room.
    pub room: u64,
    /// The client id of each try.
    pub client_id: Option<String>,
    /// The text. Empty for a forward, which has that of its original.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<u64>,
    /// The users whom it is to mention.
    pub mentions: Mentions,
    /// The picture that it has, by the id of the attachment.
    pub picture: Option<String>,
    /// The message that it forwards: its room and id.
    pub forwards: Option<(u64, u64)>,
    /// The beginning of the first try.
    pub begun: Time,
    /// The end of the last try.
    pub ended: Time,
    /// The number of tries without a message as their result.
    pub failed: u64,
    /// The outcome, as the sender knows it.
    pub outcome: Outcome,
}

/// The outcome of a sent message, as its sender knows it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An answer or an event has shown the message.
    Acknowledged(Arc<Message>),
    /// A rule has refused every try.
    Refused,
    /// The message may be stored, now or later, or not.
    Unknown,
}

/// The link to the picture of a message whose deletion for everyone was acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The room.
    pub room: u64,
    /// The id of the message.
    pub id: u64,
    /// Whether it has ended in the time in which files leave.
    pub is_gone: bool,
}

/// The quote of a reply, as an answer showed it.
#[derive(Clone, Debug)]
pub struct Quote {
    /// The caller.
    pub user: u64,
    /// The room.
    pub room: u64,
    /// The id of the reply.
    pub reply: u64,
    /// The id of the quoted message.
    pub id: u64,
    /// Its sender.
    pub sender: u64,
    /// Its text.
    pub text: String,
    /// The time of the request.
    pub begun: Time,
    /// The time of the answer.
    pub ended: Time,
}

/// A message that came over a socket.
#[derive(Clone, Debug)]
pub struct Push {
    /// The user of the socket.
    pub user: u64,
    /// The room of the socket, if it is for one room.
    pub bound: Option<u64>,
    /// The message.
    pub message: Arc<Message>,
    /// The earliest and the latest possible time of its arrival.
    pub at: (Time, Time),
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The caller.
    pub user: u64,
    /// The list.
    pub scope: Scope,
    /// The part of the list.
    pub position: Position,
    /// The messages, in the order of the page.
    pub messages: Vec<Arc<Message>>,
    /// The time of the request.
    pub begun: Time,
    /// The time of the answer.
    pub ended: Time,
}

/// A list of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The messages of all rooms of the caller.
    All,
    /// The last messages of the rooms of the caller.
    Rooms,
    /// The messages of one room.
    Room(u64),
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The newest messages.
    Latest,
    /// The messages before an id.
    Before(u64),
    /// The messages after an id.
    After(u64),
}

/// A client's view of a room.
#[derive(Clone, Debug)]
pub struct View {
    /// The user of the client.
    pub user: u64,
    /// The room.
    pub room: u64,
    /// The end of the call that brought the user into the room, if its history is hidden from newcomers: the client
    /// expects no message that was sent before.
    pub since: Time,
    /// The messages that the client shows.
    pub messages: Vec<Arc<Message>>,
    /// The id up to which the client expects no message to be missing.
    pub cursor: u64,
    /// Whether the client has listed the room in the end, when no message was in flight.
    pub is_caught_up: bool,
}
