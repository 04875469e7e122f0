//! What happens to a client.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;

/// Since the start of the run.
pub type Time = Duration;

/// A message as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: u64,
    /// Its room.
    #[serde(rename = "conversation")]
    pub room: u64,
    /// Who sent it.
    pub sender: u64,
    /// Who else was in the room then.
    pub receivers: Vec<u64>,
    /// Its place in the room.
    pub sequence: u64,
    /// What its sender calls it.
    pub client_id: Option<String>,
    /// What it says. No two are sent with the same text.
    pub text: String,
}

impl Message {
    /// Whether it was sent or received by a user.
    #[must_use]
    pub fn concerns(&self, user: u64) -> bool {
        self.sender == user || self.receivers.contains(&user)
    }
}

/// Something that was sent, with as many tries as it took.
#[derive(Clone, Debug)]
pub struct Sent {
    /// By whom.
    pub sender: u64,
    /// Where to.
    pub room: u64,
    /// What it is called, in each try.
    pub client_id: Option<String>,
    /// What it says.
    pub text: String,
    /// When it was tried first.
    pub begun: Time,
    /// When its last try ended.
    pub ended: Time,
    /// How many tries gave no message, whatever came of them.
    pub failed: u64,
    /// What its sender knows of it.
    pub outcome: Outcome,
}

/// What the sender of a message knows of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was answered, or came back over a socket.
    Acknowledged(Arc<Message>),
    /// Every try was refused, and by a rule.
    Refused,
    /// It may be stored, now or later, or not.
    Unknown,
}

/// A message that came over a socket.
#[derive(Clone, Debug)]
pub struct Push {
    /// Whose socket.
    pub user: u64,
    /// The room that the socket is for, if it is for one.
    pub bound: Option<u64>,
    /// Which message.
    pub message: Arc<Message>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Who asked.
    pub user: u64,
    /// What for.
    pub scope: Scope,
    /// Which part of it.
    pub position: Position,
    /// What came, in its order.
    pub messages: Vec<Arc<Message>>,
    /// When it was asked for.
    pub begun: Time,
}

/// Which messages are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of all rooms of whoever asks.
    All,
    /// Those of one room.
    Room(u64),
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Its end.
    Latest,
    /// What is older than an id.
    Before(u64),
    /// What is newer than an id.
    After(u64),
}

/// A user's time in a room.
#[derive(Clone, Debug)]
pub struct Stay {
    /// Who.
    pub user: u64,
    /// Where.
    pub room: u64,
    /// When they came: not before the first, and not after the second.
    pub since: (Time, Time),
    /// When they went, likewise; nothing where they did not.
    pub until: Option<(Time, Time)>,
}

/// What a client has of a room.
#[derive(Clone, Debug)]
pub struct View {
    /// Whose client.
    pub user: u64,
    /// Which room.
    pub room: u64,
    /// What it shows.
    pub messages: Vec<Arc<Message>>,
    /// Up to which id it believes that nothing is missing.
    pub cursor: u64,
    /// Whether it has asked again when nothing was on its way any more.
    pub is_caught_up: bool,
}
