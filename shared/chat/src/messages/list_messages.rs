//! A list of messages across rooms: each room is read once, and the results are merged.

use domain::{Error, Message, MessageId, Page, Position, RoomId, ShownMessage, Slice, UserId, is_settled, settled};
use futures_util::{StreamExt, TryStreamExt, future::ready, stream};
use store::{Consistency, Range};

use crate::{Caller, Chat, now};

/// The number of rooms that are read at the same time.
const CONCURRENCY: usize = 32;

/// Lists a page of the messages that the caller has sent or received in all their rooms.
///
/// Each room is read once, with a limit of one message more than the page. The page ends where the read of any room
/// ends, so it may be short and still have a next page, if many messages of a room do not concern the caller.
///
/// In one room ids only grow, so a cursor into a room misses nothing. Across rooms, a room may give out a lower id
/// after a higher id of another room was listed, by as much as the clocks of the senders differ or one of them is slow.
/// A client that must miss nothing follows each room, because its sequence shows every gap.
pub async fn list_messages(chat: &Chat, caller: &Caller, page: Page) -> Result<Slice<ShownMessage>, Error> {
    let ranges = ranges(chat, caller.user, page.position).await?;
    let merged = stream::iter(ranges)
        .map(|(room, range)| part(chat, room, range, page.limit + 1))
        .buffer_unordered(CONCURRENCY)
        .try_fold(Merged::new(page), |mut merged, part| {
            merged.add(part, caller.user);
            ready(Ok(merged))
        })
        .await?;
    merged.finish().try_map(|message| chat.show(message))
}

/// Returns the rooms to read, with the range to read of each.
async fn ranges(chat: &Chat, user: UserId, position: Position) -> Result<Vec<(RoomId, Range)>, Error> {
    let memberships = chat.store.memberships(user, Consistency::Strong).await?;
    let rooms = memberships.into_iter().map(|membership| membership.room_id);
    let after = match position {
        Position::Latest => return Ok(rooms.map(|room| (room, Range::Newest)).collect()),
        Position::Before(id) => return Ok(rooms.map(|room| (room, Range::Below(id))).collect()),
        Position::After(id) => id,
    };
    // The last id of each room is read first, because the cursor must not pass a message that another room gets during
    // the reads. Also, most rooms have no new message and need no read.
    let rooms = chat.store.rooms(rooms, Consistency::Strong).await?;
    let with_news = rooms.into_iter().filter_map(|room| {
        let last = room.last_message_id.filter(|&last| last > after)?;
        Some((room.id, Range::Between(after, last)))
    });
    Ok(with_news.collect())
}

/// The result of reading one room.
struct Part {
    messages: Vec<Message>,
    /// The last id up to which the room is known, unless the range was read to its end.
    edge: Option<MessageId>,
}

async fn part(chat: &Chat, room: RoomId, range: Range, limit: usize) -> Result<Part, Error> {
    // The age of a hole is its age before the read, because a message that fills it later is not in the result.
    let asked_at = now();
    let mut messages = chat.store.query_messages(room, range, limit).await?;
    let complete = messages.len() < limit;
    let mut edge = messages.last().map(|message| message.id).filter(|_| !complete);
    if let Range::Between(after, last) = range {
        let read = messages.len();
        messages = settled(messages, after, asked_at);
        let seen = messages.last().map_or(after, |message| message.id);
        let on_its_way = complete && seen < last && !is_settled(last, asked_at);
        if messages.len() < read || on_its_way {
            edge = Some(seen);
        }
    }
    Ok(Part { messages, edge })
}

/// The messages of all rooms that were read so far: at most one more than the page, which shows that there is a next
/// page.
struct Merged {
    page: Page,
    messages: Vec<Message>,
    edge: Option<MessageId>,
}

impl Merged {
    const fn new(page: Page) -> Self {
        Self { page, messages: Vec::new(), edge: None }
    }

    fn add(&mut self, part: Part, user: UserId) {
        let forward = self.page.is_forward();
        let edges = [self.edge, part.edge].into_iter().flatten();
        self.edge = if forward { edges.min() } else { edges.max() };
        self.messages.extend(part.messages.into_iter().filter(|message| message.concerns(user)));
        self.messages.sort_unstable_by_key(|message| message.id);
        let excess = self.messages.len().saturating_sub(self.page.limit + 1);
        if forward {
            self.messages.truncate(self.page.limit + 1);
        } else {
            self.messages.drain(..excess);
        }
    }

    fn finish(mut self) -> Slice {
        let Some(edge) = self.edge else { return self.page.cut(self.messages) };
        let forward = self.page.is_forward();
        self.messages.retain(|message| if forward { message.id <= edge } else { message.id >= edge });
        let mut slice = self.page.cut(self.messages);
        if slice.next.is_none() && self.page.position != Position::After(edge) {
            slice.next = Some(self.page.further(edge));
        }
        slice
    }
}

#[cfg(test)]
mod tests {
    use domain::Cursor;

    use super::*;

    fn id(n: u64) -> MessageId {
        MessageId::try_from(n).unwrap()
    }

    fn part(ids: &[u64], edge: Option<u64>) -> Part {
        let user = |n| UserId::try_from(n).unwrap();
        // Odd ones do not concern user 1.
        let sender = |n| user(if n % 2 == 0 { 1 } else { 2 });
        let messages = ids.iter().map(|&n| Message::empty(id(n), RoomId::try_from(1).unwrap(), sender(n), n));
        Part { messages: messages.collect(), edge: edge.map(id) }
    }

    fn merged(parts: Vec<Part>, limit: usize, position: Position) -> (Vec<u64>, Option<Cursor>) {
        let mut merged = Merged::new(Page { limit, position });
        for part in parts {
            merged.add(part, UserId::try_from(1).unwrap());
        }
        let slice = merged.finish();
        (slice.messages.iter().map(|message| message.id.get()).collect(), slice.next)
    }

    #[test]
    fn rooms_are_merged_by_time() {
        let parts = || vec![part(&[2, 8], None), part(&[4, 6], None)];
        assert_eq!(merged(parts(), 4, Position::After(id(1))), (vec![2, 4, 6, 8], None));
        assert_eq!(merged(parts(), 3, Position::After(id(1))), (vec![2, 4, 6], Some(Cursor::After(id(6)))));
        assert_eq!(merged(parts(), 3, Position::Latest), (vec![4, 6, 8], Some(Cursor::Before(id(4)))));
    }

    #[test]
    fn what_does_not_concern_the_reader_is_left_out() {
        assert_eq!(merged(vec![part(&[2, 3, 4], None)], 9, Position::Latest), (vec![2, 4], None));
    }

    #[test]
    fn a_page_ends_where_a_room_is_no_longer_known() {
        let parts = vec![part(&[2, 4], Some(5)), part(&[6, 8], None)];
        assert_eq!(merged(parts, 9, Position::After(id(1))), (vec![2, 4], Some(Cursor::After(id(5)))));
        let parts = vec![part(&[12, 14], Some(11)), part(&[6, 8], None)];
        assert_eq!(merged(parts, 9, Position::Before(id(20))), (vec![12, 14], Some(Cursor::Before(id(11)))));
    }

    #[test]
    fn a_reader_who_waits_for_a_message_on_its_way_is_sent_no_further() {
        let parts = vec![part(&[], Some(1)), part(&[6, 8], None)];
        assert_eq!(merged(parts, 9, Position::After(id(1))), (vec![], None));
    }
}
