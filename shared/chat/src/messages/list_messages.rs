use std::collections::BTreeSet;

use domain::{Budget, Error, MessageId, Page, Position, ShownMessage, Slice, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::Consistency;

use super::{quotes::Quotes, reader::Reader};
use crate::{
    Caller, Chat,
    rooms::stays::{self, Stays},
};

/// The number of rooms that are read at the same time.
const CONCURRENCY: usize = 32;
/// How often rooms are read for one page.
const MOST_ROUNDS: u32 = 4;

/// Lists a page of the messages that the caller has sent or received in all their rooms.
///
/// Each room is read for its share of the page, and a room whose share was too small is read again, so that about as
/// many messages are read as are shown, and one per room. The page reaches only as far as every room is known; if one
/// held back (its next messages do not concern the caller), the page may be short and still have a next one.
///
/// In one room ids only grow, so a cursor into a room misses nothing. Across rooms, a room may give out a lower id
/// after a higher id of another room was listed, by as much as the clocks of the senders differ or one of them is slow.
/// A client that must miss nothing follows each room, because its sequence shows every gap.
pub async fn list_messages(chat: &Chat, caller: &Caller, page: Page) -> Result<Slice<ShownMessage>, Error> {
    let stays = chat.store.memberships(caller.user, Consistency::Strong).await?;
    let stays: Stays = stays.into_iter().map(|stay| (stay.room_id, stay)).collect();
    let mut merged = Merged { page, readers: readers(chat, caller.user, &stays, page.position).await? };
    for _ in 0..MOST_ROUNDS {
        let (needed, share) = merged.next_round();
        if needed.is_empty() {
            break;
        }
        let readers = merged.readers.into_iter().enumerate();
        let (read_on, rest): (Vec<_>, Vec<_>) = readers.partition(|(number, _)| needed.contains(number));
        merged.readers = stream::iter(read_on)
            .map(|(_, reader)| reader.reads(&chat.store, share))
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        merged.readers.extend(rest.into_iter().map(|(_, reader)| reader));
    }
    let slice = merged.finish();
    let quotes = Quotes::read(chat, slice.messages.iter(), |room| stays.get(&room)).await?;
    slice.try_map(|message| quotes.show(chat, message, caller.user))?.fit(page, Budget::default())
}

/// A reader of each room that may have something for the page.
async fn readers(chat: &Chat, user: UserId, stays: &Stays, position: Position) -> Result<Vec<Reader>, Error> {
    // For news, all rooms are read as they are now: the cursor of one must not pass what another one gets meanwhile.
    let is_forward = matches!(position, Position::After(_));
    let consistency = if is_forward { Consistency::Strong } else { Consistency::Eventual };
    let rooms = stays::rooms(chat, user, stays, consistency).await?.into_iter();
    let readers = rooms.filter_map(|room| Some(Reader::bounded(&room, stays.get(&room.id)?, position, true)));
    Ok(readers.filter(|reader| !reader.is_done()).collect())
}

/// The messages of all rooms that were read so far.
struct Merged {
    page: Page,
    readers: Vec<Reader>,
}

impl Merged {
    /// Whether the first id comes before the second in the direction of the page.
    fn is_before(&self, one: MessageId, other: MessageId) -> bool {
        if self.page.is_forward() { one < other } else { one > other }
    }

    /// The nearest of some ids in the direction of the page.
    fn nearest(&self, ids: impl Iterator<Item = MessageId>) -> Option<MessageId> {
        if self.page.is_forward() { ids.min() } else { ids.max() }
    }

    /// The readers to read on, by number, and how many messages each: those that may have messages for the page
    /// beyond the known ones. None if the page is known.
    fn next_round(&self) -> (BTreeSet<usize>, usize) {
        // One more shows whether there are more.
        let wanted = self.page.limit + 1;
        let mut known: Vec<_> = self.readers.iter().flat_map(|reader| &reader.messages).map(|one| one.id).collect();
        known.sort_unstable_by(|one, other| if self.page.is_forward() { one.cmp(other) } else { other.cmp(one) });
        let waiting = self.readers.iter().filter(|reader| reader.waits).filter_map(|reader| reader.edge);
        let end = self.nearest(known.get(self.page.limit).copied().into_iter().chain(waiting));
        let needed = |(number, reader): (usize, &Reader)| {
            let edge = reader.edge.filter(|_| !reader.is_done())?;
            end.is_none_or(|end| self.is_before(edge, end)).then_some((edge, number))
        };
        let mut needed: Vec<_> = self.readers.iter().enumerate().filter_map(needed).collect();
        if self.page.position == Position::Latest {
            // The id of a room's newest message is known before the room is read, so no more rooms than messages are
            // needed.
            needed.sort_unstable_by(|one, other| other.cmp(one));
            needed.truncate(wanted);
        }
        let bound = self.bound();
        let sure = known.into_iter().filter(|&id| bound.is_none_or(|bound| !self.is_before(bound, id))).count();
        let share = wanted.saturating_sub(sure).div_ceil(needed.len().max(1)).max(1);
        (needed.into_iter().map(|(_, number)| number).collect(), share)
    }

    /// Up to where all rooms are known, if they are not known to the end.
    fn bound(&self) -> Option<MessageId> {
        self.nearest(self.readers.iter().filter_map(|reader| reader.edge))
    }

    fn finish(self) -> Slice {
        let (page, bound) = (self.page, self.bound());
        let mut messages: Vec<_> = self.readers.into_iter().flat_map(|reader| reader.messages).collect();
        let Some(bound) = bound else { return page.cut(messages) };
        messages.retain(|message| if page.is_forward() { message.id <= bound } else { message.id >= bound });
        let mut slice = page.cut(messages);
        if slice.next.is_none() && page.position != Position::After(bound) {
            slice.next = Some(page.further(bound));
        }
        slice
    }
}

#[cfg(test)]
mod tests {
    use domain::{Cursor, MembershipId, Message, Room, RoomId, RoomKind, Timestamp};
    use store::Membership;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn id(n: u64) -> MessageId {
        MessageId::try_from(n).unwrap()
    }

    /// A reader of a room with these messages, of which it takes at most `limit`.
    fn reader(ids: &[u64], position: Position, limit: usize) -> Reader {
        let (user, room) = (UserId::try_from(1).unwrap(), RoomId::try_from(1).unwrap());
        let last_message_id = ids.iter().max().map(|&last| id(last));
        let room = Room { last_message_id, ..Room::new(room, RoomKind::Chat, user, NOW) };
        let stay = Membership { id: MembershipId::new(NOW, 0), ..Membership::begins(user, &room, NOW) };
        let mut reader = Reader::bounded(&room, &stay, position, true);
        let read: Vec<_> = ids.iter().take(limit).map(|&n| Message::empty(id(n), room.id, user, n)).collect();
        if limit > 0 {
            reader.take(read, limit, NOW);
        }
        reader
    }

    fn merged(rooms: &[&[u64]], limit: usize, position: Position, each: usize) -> Merged {
        let readers = rooms.iter().map(|ids| reader(ids, position, each)).collect();
        Merged { page: Page { limit, position }, readers }
    }

    fn finished(merged: Merged) -> (Vec<u64>, Option<Cursor>) {
        let slice = merged.finish();
        (slice.messages.iter().map(|message| message.id.get()).collect(), slice.next)
    }

    #[test]
    fn rooms_are_merged_by_time() {
        let after = |limit| finished(merged(&[&[2, 8], &[4, 6]], limit, Position::After(id(1)), 9));
        assert_eq!(after(4), (vec![2, 4, 6, 8], None));
        assert_eq!(after(3), (vec![2, 4, 6], Some(Cursor::After(id(6)))));
        let latest = finished(merged(&[&[8, 2], &[6, 4]], 3, Position::Latest, 9));
        assert_eq!(latest, (vec![4, 6, 8], Some(Cursor::Before(id(4)))));
    }

    #[test]
    fn a_page_ends_where_a_room_is_not_known() {
        let page = finished(merged(&[&[2, 4, 5], &[6, 8]], 9, Position::After(id(1)), 3));
        assert_eq!(page, (vec![2, 4, 5], Some(Cursor::After(id(5)))));
        let page = finished(merged(&[&[14, 12, 11], &[8, 6]], 9, Position::Before(id(20)), 3));
        assert_eq!(page, (vec![11, 12, 14], Some(Cursor::Before(id(11)))));
    }

    #[test]
    fn a_reader_who_waits_for_a_message_on_its_way_is_sent_no_further() {
        let position = Position::After(id(1));
        let mut waiting = reader(&[9], position, 0);
        waiting.take(Vec::new(), 5, id(9).created_at());
        let merged = Merged { page: Page { limit: 9, position }, readers: vec![waiting, reader(&[6, 8], position, 9)] };
        assert!(merged.next_round().0.is_empty());
        assert_eq!(finished(merged), (vec![], None));
    }

    #[test]
    fn at_first_each_room_is_read_for_its_share_and_then_those_that_had_more() {
        let first = merged(&[&[2, 8], &[4, 6]], 9, Position::After(id(1)), 0);
        assert_eq!(first.next_round(), ([0, 1].into(), 5));
        // Nine are known of the one, and the other one ends with its first.
        let rooms: [&[u64]; 2] = [&[9, 8, 7, 6, 5], &[1]];
        let then = merged(&rooms, 9, Position::Latest, 5);
        assert_eq!(then.next_round(), ([0].into(), 5));
        let known = merged(&rooms, 4, Position::Latest, 5);
        assert_eq!(known.next_round().0, BTreeSet::new());
    }

    #[test]
    fn of_many_rooms_only_those_with_the_newest_messages_are_read() {
        let rooms: Vec<[u64; 1]> = (1..=100).map(|id| [id]).collect();
        let rooms: Vec<&[u64]> = rooms.iter().map(<[u64; 1]>::as_slice).collect();
        let (needed, share) = merged(&rooms, 9, Position::Latest, 0).next_round();
        assert_eq!((needed, share), ((90..100).collect(), 1));
    }
}
