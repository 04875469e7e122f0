//! The marks of a member: up to which message of a room they have received, and up to which they have read.

use serde::{Deserialize, Serialize};

use crate::{Message, MessageId, Timestamp, UserId};

/// The moves of a mark that are kept. With ids and times of at most nine bytes, those of both marks take some 300 bytes
/// of the membership, which stays below a kilobyte: one write unit.
const KEPT_MOVES: usize = 8;

/// One of the two marks of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// A device of the member has stored the messages.
    Delivered,
    /// The member has read the messages.
    Read,
}

/// The message to which a mark moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The message.
    pub message: MessageId,
    /// Its sequence.
    pub sequence: u64,
    /// The time of its last edit, if that is known and there was one.
    pub edited_at: Option<Timestamp>,
}

impl Reached {
    /// A message as the user of the mark has reached it. They know their own edits.
    #[must_use]
    pub fn by(user: UserId, message: &Message) -> Self {
        let edited_at = message.edited_at.filter(|_| message.sender != user);
        Self { message: message.id, sequence: message.sequence, edited_at }
    }
}

/// A move of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The message at the mark afterwards.
    pub to: MessageId,
    /// The time.
    pub at: Timestamp,
}

/// The last moves of a mark, with rising messages and times. Stored as a list of numbers, two for each move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u64>", into = "Vec<u64>")]
pub struct Moves(Vec<Move>);

impl Moves {
    /// Adds a move to the same message or a later one. Forgets the first move if there are too many. A clock that is
    /// behind does not set an earlier time than that of the last move.
    pub fn push(&mut self, to: MessageId, now: Timestamp) {
        let at = self.last().map_or(now, |last| last.at.max(now));
        self.0.push(Move { to, at });
        if self.0.len() > KEPT_MOVES {
            self.0.remove(0);
        }
    }

    /// The last move.
    #[must_use]
    pub fn last(&self) -> Option<Move> {
        self.0.last().copied()
    }

    /// Whether this is one of the moves.
    #[must_use]
    pub fn contains(&self, one: Move) -> bool {
        self.0.contains(&one)
    }

    /// The time at which the mark reached a message that was last edited at `edited_at`. If moves are forgotten, the time
    /// by which it had.
    #[must_use]
    pub fn reached(&self, message: MessageId, edited_at: Option<Timestamp>) -> Option<Timestamp> {
        let is_reached = |one: &&Move| one.to >= message && edited_at.is_none_or(|edited_at| one.at >= edited_at);
        self.0.iter().find(is_reached).map(|one| one.at)
    }

    /// Whether there is none, or only ones before a time.
    #[must_use]
    pub fn is_before(&self, time: Timestamp) -> bool {
        self.last().is_none_or(|last| last.at < time)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u64>> for Moves {
    fn from(numbers: Vec<u64>) -> Self {
        let moves = numbers.chunks_exact(2).filter_map(|pair| {
            let [to, at] = *pair else { return None };
            Some(Move { to: MessageId::try_from(to).ok()?, at: Timestamp::from_millis(at) })
        });
        Self(moves.collect())
    }
}

impl From<Moves> for Vec<u64> {
    fn from(moves: Moves) -> Self {
        moves.0.iter().flat_map(|one| [one.to.get(), one.at.millis()]).collect()
    }
}

/// What the sender of a message learns about a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The receiver.
    pub user: UserId,
    /// The time by which a device of theirs had the message; `None` if none had, or the time is not known.
    pub delivered_at: Option<Timestamp>,
    /// The time by which they had read it; `None` if they had not, or the time is not known.
    pub read_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn id(number: u64) -> MessageId {
        MessageId::try_from(number).unwrap()
    }

    fn moves(all: &[(u64, u64)]) -> Moves {
        let mut moves = Moves::default();
        for &(to, millis) in all {
            moves.push(id(to), at(millis));
        }
        moves
    }

    #[test]
    fn a_message_is_reached_by_the_first_move_to_it_or_beyond() {
        let moves = moves(&[(3, 10), (5, 20), (8, 30)]);
        let times = [2, 3, 4, 8, 9].map(|message| moves.reached(id(message), None).map(Timestamp::millis));
        assert_eq!(times, [Some(10), Some(10), Some(20), Some(30), None]);
    }

    #[test]
    fn an_edited_message_is_reached_again_after_the_edit() {
        let mut moves = moves(&[(3, 10), (5, 20)]);
        assert_eq!(moves.reached(id(3), Some(at(15))), Some(at(20)));
        assert_eq!(moves.reached(id(3), Some(at(21))), None);
        moves.push(id(5), at(25));
        assert_eq!(moves.reached(id(3), Some(at(21))), Some(at(25)));
    }

    #[test]
    fn the_last_eight_moves_are_kept_and_their_times_rise() {
        let mut moves = moves(&(1..=9).map(|n| (n, n * 10)).collect::<Vec<_>>());
        assert_eq!(moves.reached(id(1), None), Some(at(20)));
        moves.push(id(10), at(85));
        assert_eq!(moves.last(), Some(Move { to: id(10), at: at(90) }));
        let numbers = Vec::from(moves.clone());
        assert_eq!((numbers.len(), Moves::from(numbers)), (16, moves));
    }
}
