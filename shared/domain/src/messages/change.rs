//! Changes of messages: the numbers that they take in a room, and up to which of them a reader knows all.

use serde::{Deserialize, Serialize};

use crate::{
    CHANGES_LAST, Error, HOLE_SETTLES_AFTER, Message, MessageId, Refusal, ShownMessage, Timestamp, UserId,
    id::MAX_SAFE_INTEGER,
};

/// The kind of a change of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The text was changed.
    Edited,
    /// The message was deleted for everyone.
    Deleted,
    /// The user has deleted it for themselves.
    Hidden,
    /// The user has set or removed their reaction.
    Reacted,
}

impl ChangeKind {
    /// Whether only the user hears of it. For other members, a message that one has hidden is as it was.
    #[must_use]
    pub fn is_quiet(self) -> bool {
        self == Self::Hidden
    }
}

/// Reads the query parameter `after`: the number of a change, 0, or nothing.
///
/// # Errors
/// `Invalid`.
pub fn change_after(after: Option<&str>) -> Result<Option<u64>, Error> {
    let Some(after) = after else { return Ok(None) };
    let number = after.parse().ok().filter(|number| *number <= MAX_SAFE_INTEGER);
    number.map(Some).ok_or_else(|| Refusal::field("after", "must be the number of a change, or 0").into())
}

/// The last change of a message in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// Its number.
    pub number: u64,
    /// The time at which it took the number.
    pub at: Timestamp,
}

impl LastChange {
    /// Whether it can no longer be on its way.
    #[must_use]
    pub fn is_settled(self, asked_at: Timestamp) -> bool {
        is_settled(self.at, asked_at)
    }
}

fn is_settled(at: Timestamp, asked_at: Timestamp) -> bool {
    asked_at.since(at) >= HOLE_SETTLES_AFTER
}

/// The record of a change. It only says that the message is to be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number in the room.
    pub number: u64,
    /// The message.
    pub message: MessageId,
    /// The kind.
    pub kind: ChangeKind,
    /// The user who made it.
    pub user: UserId,
    /// Whether a block withholds it from other users.
    pub withheld: bool,
    /// The time at which it took the number.
    pub at: Timestamp,
    /// The change of a message before it, even if it was never recorded. Numbers between the two are changes of the
    /// room itself, which have no record.
    pub previous: Option<LastChange>,
}

impl Change {
    /// A number up to which no change can be on its way, if the record shows one.
    #[must_use]
    pub fn settled(&self, asked_at: Timestamp) -> Option<u64> {
        if is_settled(self.at, asked_at) {
            return Some(self.number);
        }
        self.previous.is_none_or(|previous| previous.is_settled(asked_at)).then(|| self.number - 1)
    }

    /// Whether a user sees it.
    #[must_use]
    pub fn concerns(&self, user: UserId) -> bool {
        self.user == user || !self.kind.is_quiet() && !self.withheld
    }

    /// Whether the message has it, or a later change that replaces it.
    fn is_in(&self, message: &Message) -> bool {
        message.deletion.is_some()
            || match self.kind {
                ChangeKind::Edited => message.change >= self.number,
                ChangeKind::Deleted => false,
                ChangeKind::Reacted => message.reaction(self.user).is_some_and(|last| last.change >= self.number),
                ChangeKind::Hidden => message.hidden_from.get(&self.user).is_some_and(|change| *change >= self.number),
            }
    }
}

/// A reader of the changes of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The number up to which they know all.
    pub number: u64,
    /// Whether records may have expired, so that the room must be listed anew.
    pub expired: bool,
    /// Whether they must wait for a change that may still be on its way.
    pub waits: bool,
    after: u64,
    asked_at: Timestamp,
}

impl Known {
    /// A reader who knows all changes up to `after`, and asks for later ones at `asked_at`.
    #[must_use]
    pub const fn new(after: u64, asked_at: Timestamp) -> Self {
        Self { number: after, expired: false, waits: false, after, asked_at }
    }

    /// Takes the next record, which was read at `asked_at` or later. Its message was read after it, if the reader may
    /// see it.
    ///
    /// The number stays before a young hole, and before a young change that the message does not have yet. A record
    /// whose change was refused is passed when it is no longer young.
    pub fn take(&mut self, change: &Change, message: Option<&Message>) {
        self.pass(change.previous);
        let is_made = message.is_none_or(|message| change.is_in(message));
        self.waits |= !is_made && !is_settled(change.at, self.asked_at);
        if !self.waits {
            self.number = change.number;
        }
    }

    /// Takes the end of the records: the number of the room's last change, and its last change of a message.
    pub fn end(&mut self, changes: u64, last: Option<LastChange>) {
        self.pass(last);
        if !self.waits {
            self.number = self.number.max(changes);
        }
    }

    /// Passes a change of a message that is not recorded. Records expire in order: behind one that is left, a hole is
    /// a change that was never recorded. Right after the number that the reader knows, a hole that is too young to have
    /// expired is one, too. Between that number and another hole, records may have expired.
    fn pass(&mut self, last: Option<LastChange>) {
        if let Some(hole) = last.filter(|last| last.number > self.number) {
            self.waits |= !hole.is_settled(self.asked_at);
            let may_hide = hole.number > self.after + 1 || self.asked_at.since(hole.at) >= CHANGES_LAST;
            self.expired |= !self.waits && self.number == self.after && may_hide;
        }
    }
}

/// The changes of a room after a number.
#[derive(Debug, Serialize)]
pub struct ChangeList {
    /// The messages with a change, as they are now, in the order of their last listed change.
    pub changed: Vec<ShownMessage>,
    /// The number up to which the list has all changes.
    pub change: u64,
    /// Whether there are more, after this number.
    pub more: bool,
    /// Whether the records are too old, so that the room is to be listed anew.
    pub reset: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reaction, RoomId};

    const NOON: Timestamp = Timestamp::from_millis(1_701_432_000_000);

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(NOON.millis() + millis)
    }

    fn user(id: u64) -> UserId {
        UserId::try_from(id).unwrap()
    }

    fn message(change: u64) -> Message {
        let room = RoomId::try_from(1).unwrap();
        Message { change, ..Message::empty(MessageId::new(NOON, 0), room, user(1), 1) }
    }

    #[expect(clippy::unnecessary_wraps, reason = "changes have it so")]
    fn last(number: u64) -> Option<LastChange> {
        Some(LastChange { number, at: at(number) })
    }

    /// An edit with a number, made so many milliseconds after noon.
    fn edit(number: u64, previous: Option<LastChange>) -> Change {
        let message = MessageId::new(NOON, 0);
        Change { number, message, kind: ChangeKind::Edited, user: user(1), withheld: false, at: at(number), previous }
    }

    /// What a reader knows who asks with `after` at so many milliseconds after noon. The message has all edits up to
    /// `made`.
    fn known(after: u64, changes: &[Change], made: u64, now: u64) -> Known {
        let mut known = Known::new(after, at(now));
        for change in changes {
            known.take(change, Some(&message(made)));
        }
        known
    }

    #[test]
    fn changes_of_the_room_itself_have_no_record() {
        let mut reader = known(1, &[edit(4, last(1)), edit(5, last(4))], 5, 6);
        assert_eq!((reader.number, reader.waits), (5, false));
        reader.end(7, last(5));
        assert_eq!((reader.number, reader.waits, reader.expired), (7, false, false));
    }

    #[test]
    fn a_reader_waits_before_a_young_hole_and_passes_an_old_one() {
        let changes = [edit(1, None), edit(3, last(2))];
        let young = known(0, &changes, 3, 15_001);
        assert_eq!((young.number, young.waits), (1, true));
        let old = known(0, &changes, 3, 15_002);
        assert_eq!((old.number, old.waits, old.expired), (3, false, false));
    }

    #[test]
    fn a_reader_waits_before_a_hole_at_the_end() {
        for (now, expected) in [(15_001, (1, true)), (15_002, (2, false))] {
            let mut reader = known(0, &[edit(1, None)], 1, now);
            reader.end(2, last(2));
            assert_eq!((reader.number, reader.waits), expected);
        }
    }

    #[test]
    fn a_reader_waits_for_a_message_that_does_not_have_its_change() {
        let changes = [edit(1, None), edit(2, last(1))];
        assert_eq!((known(0, &changes, 1, 15_001).number, known(0, &changes, 1, 15_002).number), (1, 2));
    }

    #[test]
    fn a_later_change_replaces_an_earlier_one() {
        let deletion = Some(crate::Deletion { at: NOON, by: user(1) });
        let deleted = Message { deletion, ..message(0) };
        for kind in [ChangeKind::Edited, ChangeKind::Deleted, ChangeKind::Hidden, ChangeKind::Reacted] {
            assert!(Change { kind, ..edit(1, None) }.is_in(&deleted));
        }
        assert!(edit(1, None).is_in(&message(2)));
        let hidden = Change { kind: ChangeKind::Hidden, ..edit(1, None) };
        assert!(!hidden.is_in(&message(2)));
        let reacted = Change { kind: ChangeKind::Reacted, ..edit(2, None) };
        let reactions = |change| [(user(1), Reaction { change, emoji: None })].into();
        assert!(!reacted.is_in(&Message { reactions: reactions(1), ..message(2) }));
        assert!(reacted.is_in(&Message { reactions: reactions(3), ..message(0) }));
        assert!(reacted.is_in(&Message { withheld_reactions: reactions(2), ..message(0) }));
        assert!(hidden.is_in(&Message { hidden_from: [(user(1), 1)].into(), ..message(0) }));
    }

    #[test]
    fn a_reader_whose_next_records_are_gone_lists_the_room_anew() {
        let reader = known(1, &[edit(9, last(5))], 9, 20_000);
        assert_eq!((reader.number, reader.expired), (9, true));
        let mut without = known(1, &[], 0, 20_000);
        without.end(9, last(5));
        assert_eq!((without.number, without.expired), (9, true));
    }
    #[test]
    fn a_change_that_was_never_recorded_is_no_reason_to_list_the_room_anew() {
        let month = u64::try_from(CHANGES_LAST.as_millis()).unwrap();
        for (now, expired) in [(20_000, false), (month + 1, false), (month + 2, true)] {
            assert_eq!(known(1, &[edit(3, last(2))], 3, now).expired, expired, "{now}");
            let mut without = known(1, &[], 0, now);
            without.end(2, last(2));
            assert_eq!((without.number, without.expired), (2, expired), "{now}");
        }
    }

    #[test]
    fn a_record_shows_up_to_where_changes_are_settled() {
        let record = edit(4, last(2));
        assert_eq!(
            [15_001, 15_002, 15_003, 15_004].map(|now| record.settled(at(now))),
            [None, Some(3), Some(3), Some(4)]
        );
        assert_eq!(edit(4, None).settled(at(4)), Some(3));
    }
}
