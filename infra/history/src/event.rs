//! The observations of a client.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;

/// The time since the start of the run.
pub type Time = Duration;

/// A message as an answer or an event showed it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
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
    /// The text, which is unique: clients send no text twice.
    pub text: String,
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<u64>,
}

impl Message {
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
    /// The text.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<u64>,
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
