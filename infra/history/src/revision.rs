//! Changes of messages, and the clients that follow them.

use std::sync::Arc;

use crate::{Change, GOES_ON_FOR, Mentions, Message, Outcome, TWICE_WITHIN, Time};

/// A call that changes a message, with all its tries.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The caller.
    pub by: u64,
    /// The room.
    pub room: u64,
    /// The id of the message.
    pub id: u64,
    /// The wish.
    pub what: Wish,
    /// The beginning of the first try.
    pub begun: Time,
    /// The end of the last try.
    pub ended: Time,
    /// The number of tries without an answer.
    pub failed: u64,
    /// The outcome, as the caller knows it. An acknowledgement has the message after the change.
    pub outcome: Outcome,
}

/// A change of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Another text, which is unique, and other mentions, or those of before.
    Edit(String, Option<Mentions>),
    /// The deletion for everyone.
    Delete,
    /// The deletion for the caller.
    Hide,
    /// A reaction of the caller, or none.
    React(Option<String>),
}

impl Revision {
    /// The room and the id of the message.
    #[must_use]
    pub const fn key(&self) -> (u64, u64) {
        (self.room, self.id)
    }

    /// Whether the caller knows that it was made.
    #[must_use]
    pub const fn is_sure(&self) -> bool {
        matches!(self.outcome, Outcome::Acknowledged(_))
    }

    /// Whether every try was refused.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused)
    }

    /// Whether another call of the same message may have been made between the beginning and the end of this one.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        other.begun <= self.latest() && other.latest() >= self.begun
    }

    /// The change of a value that it makes.
    pub(crate) const fn change<K, V>(&self, of: K, value: V) -> Change<K, V> {
        let Self { by, begun, ended, failed, .. } = *self;
        Change { of, value, by, begun, ended, has_failed: failed > 0, is_sure: self.is_sure() }
    }

    /// The latest time at which it may have been made: an event may be delivered twice, and the request of a failed try
    /// may still be served.
    #[must_use]
    pub fn latest(&self) -> Time {
        self.ended + if self.failed > 0 { GOES_ON_FOR } else { TWICE_WITHIN }
    }
}

/// The changes of a room, as a client followed them from the first one.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The user.
    pub user: u64,
    /// The room.
    pub room: u64,
    /// The answers and the events that moved the client's number, in their order.
    pub steps: Vec<Step>,
    /// Whether the client has asked again in the end, when no change was in flight.
    pub is_caught_up: bool,
}

/// A part of the changes of a room: an answer, or an event with the next number.
#[derive(Clone, Debug)]
pub struct Step {
    /// The number that the client had.
    pub after: u64,
    /// The number that it has now.
    pub change: u64,
    /// The changed messages. If the client had to list the room anew, all its messages.
    pub messages: Vec<Arc<Message>>,
    /// Whether all changes until the request are in it: an answer without `more`.
    pub is_all: bool,
    /// Whether the client had to list the room anew.
    pub is_anew: bool,
    /// Whether it is an event.
    pub is_event: bool,
    /// The time of the request.
    pub begun: Time,
    /// The time of the answer.
    pub ended: Time,
}

/// An event about a change.
#[derive(Clone, Debug)]
pub struct News {
    /// The user of the socket.
    pub user: u64,
    /// The room of the socket, if it is for one room.
    pub bound: Option<u64>,
    /// The room.
    pub room: u64,
    /// The number.
    pub change: u64,
    /// The meaning of the number: the type of the event, its message and its user.
    pub meaning: String,
    /// The message, if the event has it.
    pub message: Option<Arc<Message>>,
    /// The earliest and the latest possible time of its arrival.
    pub at: (Time, Time),
}
