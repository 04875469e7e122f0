//! The unread messages of a member: those of the list that come after all that they have read, sent or cleared.
//!
//! The number is a difference of sequences, less the messages in between that the list does not show. Nothing is
//! counted up, so nothing can drift.

use std::collections::BTreeSet;

use crate::{Message, MessageId, Room, UserId};

/// What a member has seen of a room.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The sequence of the last message that they have read, sent or cleared.
    pub sequence: u64,
    /// Its id. A lower one if it is not known, as in items from before.
    pub id: MessageId,
    /// The sequences of unread messages that they have deleted for themselves.
    pub hidden: &'a BTreeSet<u64>,
    /// The sequence of the last message that mentions them, or answers theirs.
    pub mention: Option<u64>,
}

/// A time in which a direct room was closed. Only their senders see the messages of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// The sequence of the last message before.
    pub after: u64,
    /// The sequence and the id of the last message; `None` if the room is still closed.
    pub end: Option<(u64, MessageId)>,
}

impl Closure {
    /// The sequence of its last message.
    fn last(self) -> u64 {
        self.end.map_or(u64::MAX, |(last, _)| last)
    }

    fn has(self, sequence: u64) -> bool {
        self.after < sequence && sequence <= self.last()
    }
}

impl Room {
    /// What a member has seen, by their membership and by their own messages, which the room knows while it is small.
    #[must_use]
    pub fn seen<'a>(&self, member: UserId, seen: Seen<'a>) -> Seen<'a> {
        let sent = self.sent.get(&member).copied().unwrap_or_default();
        let id = self.sent_ids.get(&member).map_or(seen.id, |sent| seen.id.max(*sent));
        Seen { sequence: seen.sequence.max(sent).max(self.counted_after), id, ..seen }
    }

    /// The number of messages that a member has not seen, up to the last one that they can see.
    #[must_use]
    pub fn unread(&self, member: UserId, seen: &Seen, last: Option<&Message>) -> u64 {
        let Some(Message { sequence: last, .. }) = last else { return 0 };
        let from = self.last_skipped(member, *last).max(seen.sequence);
        let closures = self.closures.values();
        let withheld: u64 =
            closures.map(|closure| closure.last().min(*last).saturating_sub(closure.after.max(from))).sum();
        let missing = seen.hidden.iter().chain(&self.lost);
        let missing = missing.filter(|&&sequence| sequence > from && sequence < *last && !self.withholds(sequence));
        last.saturating_sub(from).saturating_sub(withheld).saturating_sub(missing.count() as u64)
    }

    /// Whether a message that a member has not seen mentions them, or answers theirs.
    #[must_use]
    pub fn mentions(&self, seen: &Seen, last: Option<&Message>) -> bool {
        let Some(Message { sequence: last, .. }) = last else { return false };
        let counts = |sequence: &u64| {
            let is_gone = seen.hidden.contains(sequence) || self.lost.contains(sequence) || self.withholds(*sequence);
            seen.sequence < *sequence && sequence <= last && !is_gone
        };
        seen.mention.iter().chain(&self.mention_all).any(counts)
    }

    /// The last message of the time in which the room was closed, if the message of this sequence is of such a time.
    #[must_use]
    pub fn end_of_closure(&self, sequence: u64) -> Option<MessageId> {
        self.closures.values().find(|closure| closure.has(sequence))?.end.map(|(_, id)| id)
    }

    fn withholds(&self, sequence: u64) -> bool {
        self.closures.values().any(|closure| closure.has(sequence))
    }

    /// Of a room that was closed before it kept the times: the last message that a member does not count.
    fn last_skipped(&self, member: UserId, last: u64) -> u64 {
        let skipped = self.skipped.get(&member).copied().filter(|&skipped| skipped < last && self.closures.is_empty());
        skipped.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RoomId, RoomKind, Timestamp};

    fn user(id: u64) -> UserId {
        UserId::try_from(id).unwrap()
    }

    fn id(id: u64) -> MessageId {
        MessageId::try_from(id).unwrap()
    }

    fn room() -> Room {
        let room = Room::new(RoomId::try_from(1).unwrap(), RoomKind::Direct, user(1), Timestamp::from_millis(0));
        Room { sent: [(user(1), 5)].into(), sent_ids: [(user(1), id(50))].into(), ..room }
    }

    fn message(sequence: u64) -> Message {
        Message::empty(id(sequence * 10), RoomId::try_from(1).unwrap(), user(2), sequence)
    }

    /// The unread messages of a member who has read up to a sequence, if the last one has the other.
    fn unread(room: &Room, member: u64, read: u64, hidden: &[u64], last: u64) -> u64 {
        let hidden = hidden.iter().copied().collect();
        let seen = Seen { sequence: read, id: MessageId::FIRST, hidden: &hidden, mention: None };
        room.unread(user(member), &room.seen(user(member), seen), Some(&message(last)))
    }

    #[test]
    fn unread_is_what_came_after_the_mark_and_after_ones_own_last_message() {
        let room = room();
        assert_eq!(unread(&room, 1, 0, &[], 8), 3);
        assert_eq!(unread(&room, 1, 7, &[], 8), 1);
        assert_eq!(unread(&room, 1, 9, &[], 8), 0);
        assert_eq!(unread(&room, 2, 0, &[], 8), 8);
        let seen = Seen { sequence: 0, id: id(20), hidden: &BTreeSet::new(), mention: None };
        assert_eq!(room.unread(user(1), &seen, None), 0);
        assert_eq!([1, 2].map(|member| room.seen(user(member), seen).id), [id(50), id(20)]);
    }

    #[test]
    fn messages_that_are_deleted_for_oneself_and_lost_turns_do_not_count() {
        // 5 is read, and 8 is the last one.
        assert_eq!(unread(&room(), 1, 0, &[5, 6, 8], 8), 2);
        let lost = Room { lost: [4, 7].into(), ..room() };
        assert_eq!(unread(&lost, 1, 0, &[6], 8), 1);
    }

    #[test]
    fn messages_of_a_closed_time_do_not_count() {
        let closed = |times: &[(u64, Option<u64>)]| {
            let end = |end: Option<u64>| end.map(|end| (end, id(end * 10)));
            let closures = (0..).zip(times).map(|(slot, &(after, last))| (slot, Closure { after, end: end(last) }));
            Room { closures: closures.collect(), lost: [4].into(), skipped: [(user(2), 7)].into(), ..room() }
        };
        let twice = closed(&[(2, Some(4)), (6, Some(7))]);
        assert_eq!(unread(&twice, 2, 0, &[], 9), 6, "1, 2, 5, 6, 8 and 9");
        assert_eq!(unread(&twice, 2, 3, &[], 9), 4, "5, 6, 8 and 9");
        assert_eq!(unread(&twice, 2, 0, &[], 6), 4, "1, 2, 5 and 6");
        assert_eq!(unread(&closed(&[(2, None)]), 2, 0, &[], 2), 2);
        assert_eq!(twice.end_of_closure(3), Some(id(40)));
        assert_eq!([5, 8].map(|sequence| twice.end_of_closure(sequence)), [None; 2]);
        let forgotten = Room { counted_after: 4, ..twice };
        assert_eq!(unread(&forgotten, 2, 0, &[], 9), 4);
    }

    #[test]
    fn a_room_that_was_closed_before_counts_what_came_later() {
        let room = Room { skipped: [(user(2), 7)].into(), ..room() };
        assert_eq!([6, 8].map(|last| unread(&room, 2, 0, &[], last)), [6, 1]);
    }

    #[test]
    fn a_mention_counts_until_it_is_seen_or_gone() {
        let of = |room: &Room, read, mention, hidden: &[u64]| {
            let hidden = hidden.iter().copied().collect();
            let seen = Seen { sequence: read, id: MessageId::FIRST, hidden: &hidden, mention };
            room.mentions(&seen, Some(&message(8)))
        };
        let room = room();
        assert!(of(&room, 5, Some(6), &[]));
        for (read, mention, hidden) in
            [(6, Some(6), [].as_slice()), (5, None, &[]), (5, Some(6), &[6]), (5, Some(9), &[])]
        {
            assert!(!of(&room, read, mention, hidden), "{read} {mention:?}");
        }
        let all = Room { mention_all: Some(7), ..room.clone() };
        assert_eq!([6, 7].map(|read| of(&all, read, None, &[])), [true, false]);
        let closures = [(0, Closure { after: 6, end: None })].into();
        assert!(!of(&Room { closures, ..all }, 0, None, &[]));
    }
}
