//! Reading the messages of one room part by part, within the bounds of a member.

use domain::{Error, Message, MessageId, Position, Room, RoomId, RoomKind, Timestamp, UserId, is_settled, settled};
use store::{Membership, Range, Store};

use crate::{now, rooms::access::Stay};

/// A reader of a room. It has the messages that it has read and the member may see.
pub(crate) struct Reader {
    room: RoomId,
    user: UserId,
    visible_from: Option<MessageId>,
    /// The beginning of the stay, if only messages are shown that the member has sent or received.
    only_since: Option<MessageId>,
    forward: bool,
    /// The messages that it has not read.
    rest: Range,
    /// Of a reader that goes forward: the last message that it has read.
    seen: MessageId,
    /// Of a reader that goes forward: the last message that it expects.
    last: Option<MessageId>,
    /// Up to where the room is known, if it is not known to the end. It is not known beyond a message that may still
    /// be stored.
    pub(crate) edge: Option<MessageId>,
    /// Whether a message that may still be stored keeps it from reading on.
    pub(crate) waits: bool,
    pub(crate) messages: Vec<Message>,
}

impl Reader {
    /// A reader of one room: in a direct room, only of the messages that the member has sent or received.
    pub(crate) fn of(stay: &Stay, position: Position) -> Self {
        Self::new(stay.room.id, &stay.membership, position, stay.room.kind == RoomKind::Direct)
    }

    /// A reader that starts at a position. It shows all messages that the member may see, or only those that they
    /// have sent or received.
    pub(crate) fn new(room: RoomId, stay: &Membership, position: Position, only_own: bool) -> Self {
        let (all, seen) = match position {
            Position::Latest => (Range::NEWEST, MessageId::FIRST),
            Position::Before(id) => (Range::below(id), MessageId::FIRST),
            Position::After(id) => (Range::above(id), id),
        };
        Self {
            room,
            user: stay.user_id,
            visible_from: stay.visible_from,
            only_since: only_own.then(|| stay.first_id()),
            forward: matches!(position, Position::After(_)),
            rest: all.from(stay.visible_from),
            // A hidden message leaves no hole.
            seen: stay.visible_from.and_then(MessageId::previous).map_or(seen, |hidden| hidden.max(seen)),
            last: None,
            edge: None,
            waits: false,
            messages: Vec::new(),
        }
    }

    /// Like [`Reader::new`], up to the last message that the room had when it was read. Without anything to read, it
    /// is done.
    pub(crate) fn bounded(room: &Room, stay: &Membership, position: Position, only_own: bool) -> Self {
        let mut reader = Self::new(room.id, stay, position, only_own);
        let Some(last) = room.last_message_id.filter(|&last| stay.sees(last)) else { return reader };
        reader.last = Some(last);
        reader.edge = match position {
            Position::Latest => Some(last.next()),
            Position::Before(id) => Some(last.next().min(id)),
            Position::After(id) => Some(id).filter(|&id| id < last),
        };
        if reader.forward {
            reader.rest = reader.rest.up_to(last);
        }
        reader
    }

    /// Whether there is nothing more to read.
    pub(crate) const fn is_done(&self) -> bool {
        self.edge.is_none() || self.waits
    }

    /// Reads up to `limit` messages more.
    pub(crate) async fn reads(mut self, store: &Store, limit: usize) -> Result<Self, Error> {
        // A hole is as old as it was when it was looked for: what fills it meanwhile is not among what was read.
        let asked_at = now();
        let read = store.query_messages(self.room, self.rest, limit).await?;
        self.take(read, limit, asked_at);
        Ok(self)
    }

    /// Reads up to `limit` messages more, at most 1 MB. The messages may be as they were a moment ago.
    pub(crate) async fn reads_some(mut self, store: &Store, limit: i32) -> Result<Self, Error> {
        let asked_at = now();
        let (read, more) = store.query_some_messages(self.room, self.rest, limit).await?;
        let limit = read.len() + usize::from(!more);
        self.take(read, limit, asked_at);
        Ok(self)
    }

    /// Takes messages that were read next, at most `limit`, at a time when holes were as old as `asked_at` says.
    pub(crate) fn take(&mut self, mut read: Vec<Message>, limit: usize, asked_at: Timestamp) {
        let count = read.len();
        read.retain(|message| self.visible_from.is_none_or(|first| message.id >= first));
        let is_complete = count < limit || read.len() < count;
        if self.forward {
            let count = read.len();
            read = settled(read, self.seen, asked_at);
            self.seen = read.last().map_or(self.seen, |message| message.id);
            let is_missing = |last| self.seen < last && !is_settled(last, asked_at);
            self.waits = read.len() < count || is_complete && self.last.is_some_and(is_missing);
        }
        let end = read.last().map(|message| message.id);
        self.rest = end.map_or(self.rest, |end| self.rest.beyond(end));
        self.edge = if self.waits { Some(self.seen) } else { end.filter(|_| !is_complete) };
        read.retain(|message| self.shows(message));
        self.messages.append(&mut read);
    }

    /// Whether the member may see a message that lies within their bound.
    pub(crate) fn shows(&self, message: &Message) -> bool {
        !message.is_hidden_from(Some(self.user))
            && self.only_since.is_none_or(|since| message.concerns(self.user, since))
    }
}

#[cfg(test)]
mod tests {
    use domain::MembershipId;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn id(n: u64) -> MessageId {
        MessageId::try_from(n).unwrap()
    }

    fn user(n: u64) -> UserId {
        UserId::try_from(n).unwrap()
    }

    /// The stay of user 1 in a room whose last message is 9.
    fn stay(visible_from: Option<u64>) -> (Room, Membership) {
        let room = Room::new(RoomId::try_from(1).unwrap(), RoomKind::Chat, user(1), NOW);
        let stay = Membership {
            id: MembershipId::new(NOW, 0),
            visible_from: visible_from.map(id),
            ..Membership::begins(user(1), &room, NOW)
        };
        (Room { last_message_id: Some(id(9)), ..room }, stay)
    }

    /// Odd ones are sent by user 1, and even ones do not concern them.
    fn messages(ids: &[u64]) -> Vec<Message> {
        let sender = |n| user(if n % 2 == 1 { 1 } else { 2 });
        ids.iter().map(|&n| Message::empty(id(n), RoomId::try_from(1).unwrap(), sender(n), n)).collect()
    }

    fn read(reader: &Reader) -> (Vec<u64>, Option<u64>) {
        (reader.messages.iter().map(|message| message.id.get()).collect(), reader.edge.map(MessageId::get))
    }

    #[test]
    fn a_room_is_known_as_far_as_it_was_read() {
        let (room, stay) = stay(None);
        let mut reader = Reader::bounded(&room, &stay, Position::Latest, false);
        assert_eq!(read(&reader), (vec![], Some(10)));
        reader.take(messages(&[9, 8]), 2, NOW);
        assert_eq!(read(&reader), (vec![9, 8], Some(8)));
        assert_eq!(reader.rest, Range::below(id(8)));
        reader.take(messages(&[7]), 2, NOW);
        assert_eq!(read(&reader), (vec![9, 8, 7], None));
        assert!(reader.is_done());
    }

    #[test]
    fn what_was_sent_before_the_bound_is_not_there() {
        let (room, stay) = stay(Some(8));
        let mut reader = Reader::new(room.id, &stay, Position::Latest, false);
        reader.take(messages(&[9, 8, 7]), 3, NOW);
        assert_eq!(read(&reader), (vec![9, 8], None));
        let hidden = Room { last_message_id: Some(id(7)), ..room };
        assert!(Reader::bounded(&hidden, &stay, Position::Latest, false).is_done());
    }

    #[test]
    fn only_what_concerns_the_member_is_shown_and_the_rest_is_read_over() {
        let (room, stay) = stay(None);
        let mut reader = Reader::bounded(&room, &stay, Position::Before(id(9)), true);
        assert_eq!(read(&reader), (vec![], Some(9)));
        reader.take(messages(&[8, 7, 6]), 3, NOW);
        assert_eq!(read(&reader), (vec![7], Some(6)));
    }

    #[test]
    fn a_reader_waits_for_a_message_on_its_way() {
        let (room, stay) = stay(None);
        let soon = id(9).created_at();
        let mut reader = Reader::bounded(&room, &stay, Position::After(id(5)), false);
        reader.take(messages(&[6, 7]), 9, soon);
        assert_eq!((read(&reader), reader.is_done()), ((vec![6, 7], Some(7)), true));
        let mut later = Reader::bounded(&room, &stay, Position::After(id(5)), false);
        later.take(messages(&[6, 7]), 9, NOW);
        assert_eq!((read(&later), later.is_done()), ((vec![6, 7], None), true));
    }

    #[test]
    fn what_is_hidden_is_no_hole() {
        let (room, stay) = stay(Some(7));
        let mut reader = Reader::bounded(&room, &stay, Position::After(id(2)), false);
        let mut message = messages(&[9]);
        message[0].previous = Some(id(6));
        reader.take(message, 5, id(9).created_at());
        assert_eq!(read(&reader), (vec![9], None));
    }
}
