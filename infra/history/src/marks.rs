//! The rules about marks: they move forward, to messages that their user has marked, and the sender finds them again.

use crate::{Stay, Time, Violation, Wish, world::World};

/// One of the two marks of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The member has the messages.
    Delivered,
    /// The member has read them.
    Read,
}

/// A frame or a call by which a user marks a room. It may not have been served.
#[derive(Clone, Copy, Debug)]
pub struct Marked {
    /// The user.
    pub user: u64,
    /// The room.
    pub room: u64,
    /// The mark.
    pub mark: Mark,
    /// The message.
    pub message: u64,
    /// The time of the request.
    pub begun: Time,
}

/// An event about a mark that has moved.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// The user of the socket.
    pub user: u64,
    /// The user whose mark it is.
    pub of: u64,
    /// The room.
    pub room: u64,
    /// The mark.
    pub mark: Mark,
    /// The message at the mark.
    pub message: u64,
    /// The earliest and the latest possible time of its arrival.
    pub at: (Time, Time),
}

/// The receipts of a message, as its sender was shown them.
#[derive(Clone, Debug)]
pub struct Info {
    /// The room.
    pub room: u64,
    /// The message.
    pub message: u64,
    /// The receivers, each with whether they have it and whether they have read it.
    pub receipts: Vec<Receipt>,
    /// The time of the request.
    pub begun: Time,
    /// The time of the answer.
    pub ended: Time,
}

/// A receiver of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The receiver.
    pub user: u64,
    /// Whether they have it.
    pub delivered: bool,
    /// Whether they have read it.
    pub read: bool,
}

impl Receipt {
    const fn has(self, mark: Mark) -> bool {
        match mark {
            Mark::Delivered => self.delivered,
            Mark::Read => self.read,
        }
    }
}

/// A mark moves only to a stored message of the room, which its user has marked before. Messages that are read are
/// delivered, so the mark of delivery may be where the user has read.
pub(crate) fn a_mark_was_set(world: &World<'_>) -> Vec<Violation> {
    let history = world.history;
    let is_set = |moved: &Moved| {
        let mut marked = history.marked.iter().filter(|marked| {
            let is_of = marked.user == moved.of && marked.room == moved.room && marked.begun <= moved.at.1;
            is_of && (marked.mark == moved.mark || marked.mark == Mark::Read)
        });
        marked.any(|marked| marked.message == moved.message) && world.message((moved.room, moved.message)).is_some()
    };
    let gone = |room| history.gone.contains(&room);
    let wrong = history.moved.iter().filter(|moved| !gone(moved.room) && !is_set(moved));
    let heard = wrong.map(|moved| format!("{moved:?}, and no such message was marked"));
    let shown = history.infos.iter().flat_map(|info| {
        let unread = info.receipts.iter().filter(|receipt| receipt.read && !receipt.delivered);
        unread.map(move |receipt| format!("{receipt:?} in {info:?}: read and not delivered"))
    });
    violations("a_mark_was_set", heard.chain(shown))
}

/// Who has received or read a message in one answer has done so in each later one, and in each answer after the event.
///
/// Receipts begin again with an edit and with another stay, so messages that were edited and users who have left are
/// left out.
pub(crate) fn a_receipt_stays(world: &World<'_>) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let infos = world.history.infos.iter().filter(|info| {
        let mut revisions = world.revisions((info.room, info.message)).iter();
        !revisions.any(|revision| matches!(revision.what, Wish::Edit(..)))
    });
    for info in infos.clone() {
        for receipt in &info.receipts {
            let [Stay { until: None, .. }] = world.stays(receipt.user, info.room) else { continue };
            for mark in [Mark::Delivered, Mark::Read].into_iter().filter(|mark| !receipt.has(*mark)) {
                let is_earlier = |other: &&Info| {
                    let of_message = (other.room, other.message) == (info.room, info.message);
                    of_message && other.ended <= info.begun
                };
                let of_user =
                    |other: &Info| other.receipts.iter().any(|other| other.user == receipt.user && other.has(mark));
                let before = infos.clone().filter(is_earlier).find(|other| of_user(other));
                let is_heard = |moved: &&Moved| {
                    moved.of == receipt.user
                        && moved.room == info.room
                        && moved.message >= info.message
                        && (moved.mark == mark || moved.mark == Mark::Read)
                        && moved.user != moved.of
                        && moved.at.1 <= info.begun
                };
                let heard = world.history.moved.iter().find(is_heard);
                if before.is_some() || heard.is_some() {
                    wrong.push(format!("{receipt:?} in {info:?}, after {before:?} and {heard:?}"));
                }
            }
        }
    }
    violations("a_receipt_stays", wrong.into_iter())
}

fn violations(rule: &'static str, what: impl Iterator<Item = String>) -> Vec<Violation> {
    what.map(|what| Violation { rule, what }).collect()
}
