use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Budget, ChangeList, Cursor, Error, KnownRoom, MAX_ANSWER_BYTES, MAX_SYNCED_MESSAGES, Marks, MessageId, Room,
    RoomKind, RoomSummary, ShownMessage, Slice, SyncRooms, Synced, SyncedRoom, Timestamp, UserId,
};
use futures_util::future::try_join_all;
use store::{Consistency, Membership};

use super::{list_changes, list_conversation_messages, receipts};
use crate::{
    Caller, Chat, now,
    rooms::{
        access::Stay,
        stays::{self, Stays},
        summaries::Summaries,
    },
};

/// The number of rooms that are read at the same time. When the answer is full, at most these were read in vain.
const AT_ONCE: usize = 50;
/// The most bytes of the new messages of a room, and of its changed ones, so that a room with long texts leaves place
/// for others.
const SHARE: usize = MAX_ANSWER_BYTES / 32;
/// The most rooms of an answer with the marks of other members: reading these takes at most 512 units.
const MOST_WITH_MARKS: usize = 32;

/// Lists the news of all the caller's rooms, from the most recently active room on.
///
/// The answer depends on the numbers of the client alone, and moves those of at least one room with news on. So a
/// client gets to the present from any state, however old.
///
/// Memberships, messages and changes are read with strong consistency. The rooms are not: they may lack the last
/// moment, as the list of rooms does. A client whose numbers are ahead of a room gets it as it is now.
///
/// A new message may be older than a change that was made meanwhile. The change is listed then, because changed
/// messages are read after the records, and the number of the answer is that of a record.
pub async fn sync(chat: &Chat, caller: &Caller, known: &SyncRooms) -> Result<Synced, Error> {
    let (user, asked_at) = (caller.user, now());
    let (stays, mut rooms) = find(chat, user, known).await?;
    rooms.retain(|room| !room.is_surely_unlisted(user));
    let is_gone = |id: &_| rooms.iter().all(|room| room.id != *id);
    let mut synced = Synced { gone: known.rooms.keys().copied().filter(is_gone).collect(), ..Synced::default() };
    let asked = rooms.into_iter().filter_map(|room| Asked::new(room.seen_by(user), &stays, known));
    let mut asked: Vec<_> = asked.filter(Asked::may_have_news).collect();
    asked.sort_unstable_by(|one, other| other.stay.room.by_activity(&one.stay.room));
    let most = if known.marks { MOST_WITH_MARKS } else { usize::MAX };
    let mut budget = Budget::default();
    // The rooms that are gone have their place in any case. Each other one fits then, so every call gets on.
    budget.takes(&known.rooms.keys().collect::<Vec<_>>())?;
    for some in asked.chunks(AT_ONCE) {
        let rooms: Vec<_> = some.iter().map(|asked| asked.stay.room.clone()).collect();
        let mut news = Vec::with_capacity(some.len());
        for asked in some {
            news.push(asked.read(chat, known.marks, asked_at));
        }
        let (mut summaries, news) = tokio::try_join!(Summaries::read(chat, user, &rooms, &stays), try_join_all(news))?;
        for ((asked, room), news) in some.iter().zip(rooms).zip(news) {
            let id = room.id;
            let Some(room) = summaries.take(chat, room)? else {
                synced.gone.extend(asked.known.map(|_| id));
                continue;
            };
            if !asked.has(&news) {
                continue;
            }
            let news = news.of(room, &asked.stay.membership);
            if synced.rooms.len() == most || !budget.takes(&(id, &news))? {
                synced.more = true;
                return Ok(synced);
            }
            synced.rooms.insert(id, news);
        }
    }
    Ok(synced)
}

/// The stays of a user, and their rooms.
async fn find(chat: &Chat, user: UserId, known: &SyncRooms) -> Result<(Stays, Vec<Room>), Error> {
    let (stays, named) = tokio::try_join!(
        chat.store.memberships(user, Consistency::Strong),
        chat.store.rooms(known.rooms.keys().copied(), Consistency::Eventual),
    )?;
    let stays: Stays = stays.into_iter().map(|stay| (stay.room_id, stay)).collect();
    let is_sure = |room: &Room| {
        let stay = stays.get(&room.id).filter(|_| room.members.contains(&user));
        // A room that was just opened again may look hidden.
        let is_listed = !room.is_surely_unlisted(user);
        is_listed && stay.zip(known.rooms.get(&room.id)).is_some_and(|(stay, known)| !is_ahead(known, room, stay))
    };
    let mut rooms: Vec<_> = named.into_iter().filter(is_sure).collect();
    let rest = stays.iter().filter(|(id, _)| rooms.iter().all(|room| room.id != **id));
    let rest = rest.map(|(id, stay)| (*id, stay.clone()));
    let (doubtful, new): (Stays, Stays) = rest.partition(|(id, _)| known.rooms.contains_key(id));
    let (doubtful, new) = tokio::try_join!(
        stays::rooms(chat, user, &doubtful, Consistency::Strong),
        stays::rooms(chat, user, &new, Consistency::Eventual),
    )?;
    rooms.extend(doubtful);
    rooms.extend(new);
    Ok((stays, rooms))
}

/// Whether a client knows of more than there is in a room: the read lags, or an earlier state was restored.
fn is_ahead(known: &KnownRoom, room: &Room, stay: &Membership) -> bool {
    // A user who has cleared the chat knows the messages of before.
    let newest = room.last_message_id.filter(|&id| stay.sees(id) || stay.cleared.is_some());
    // The ids of messages that a block hides are not to be guessed.
    let after = known.after.filter(|&after| after > MessageId::FIRST && !room.may_hide_newest(stay.user_id));
    let has_newer = after.is_some_and(|after| newest.is_none_or(|newest| after > newest));
    has_newer || known.change.is_some_and(|change| change > room.changes)
}

/// A room of the user, and how far the client knows it.
struct Asked {
    stay: Stay,
    known: Option<KnownRoom>,
    /// The last message and the number of the last change of the client, unless it must list the room anew.
    cursor: Option<(Option<MessageId>, u64)>,
}

/// The parts of a room that a client lacks.
struct News {
    messages: Vec<ShownMessage>,
    changes: ChangeList,
    marks: BTreeMap<UserId, Marks>,
    /// The last message that was read, if all were hidden from the user.
    skipped: Option<MessageId>,
}

impl Asked {
    fn new(room: Room, stays: &Stays, known: &SyncRooms) -> Option<Self> {
        let (known, membership) = (known.rooms.get(&room.id).copied(), stays.get(&room.id)?.clone());
        let is_of_stay = |known: &KnownRoom| known.membership.is_none_or(|id| id == membership.id);
        let goes_on = known.filter(|known| is_of_stay(known) && !is_ahead(known, &room, &membership));
        let cursor = goes_on.and_then(|known| Some((known.after, known.change?)));
        Some(Self { stay: Stay { room, membership }, known, cursor })
    }

    /// The last message of the client, if the room has a later one that its user may see. Behind a block, that is not
    /// the last one of the room.
    fn after(&self) -> Option<MessageId> {
        let Stay { room, membership } = &self.stay;
        let user = membership.user_id;
        let after = self.cursor?.0?;
        let shown = room.shown.get(&user).copied().filter(|_| room.may_hide_newest(user));
        shown.or(room.last_message_id).filter(|&last| last > after && membership.sees(last)).map(|_| after)
    }

    /// The number of the last change of the client, if the room has a later one.
    fn change(&self) -> Option<u64> {
        self.cursor.map(|(_, change)| change).filter(|&change| change < self.stay.room.changes)
    }

    /// Whether the user has moved their mark, or changed the settings of the chat, on another device.
    fn is_changed_elsewhere(&self) -> bool {
        let (Some(known), stay) = (self.known, &self.stay.membership) else { return false };
        let last_read = stay.last_read.filter(|&id| stay.sees(id));
        known.last_read.is_some_and(|known| last_read > Some(known))
            || known.settings.is_some_and(|known| stay.settings.unwrap_or_default() != known)
    }

    fn may_have_news(&self) -> bool {
        self.cursor.is_none() || self.after().is_some() || self.change().is_some() || self.is_changed_elsewhere()
    }

    /// Whether the client gets these news. A message that is hidden from the user is none.
    fn has(&self, news: &News) -> bool {
        let News { messages, changes, skipped, .. } = news;
        let has_messages = !messages.is_empty() || skipped.is_some();
        changes.reset || has_messages || self.change().is_some() || self.is_changed_elsewhere()
    }

    async fn read(&self, chat: &Chat, others: bool, asked_at: Timestamp) -> Result<News, Error> {
        let (marks, messages, changes) =
            tokio::try_join!(self.marks(chat, others), self.messages(chat), self.changes(chat, asked_at))?;
        if changes.reset {
            let changes = ChangeList { changed: Vec::new(), more: false, ..changes };
            return Ok(News { messages: Vec::new(), skipped: None, changes, marks });
        }
        let more = changes.more || messages.next.is_some();
        let skipped = match messages.next {
            Some(Cursor::After(id)) if messages.messages.is_empty() => Some(id),
            _ => None,
        };
        Ok(News { messages: messages.messages, skipped, changes: ChangeList { more, ..changes }, marks })
    }

    async fn messages(&self, chat: &Chat) -> Result<Slice<ShownMessage>, Error> {
        let Some(after) = self.after() else { return Ok(Slice { messages: Vec::new(), next: None }) };
        let budget = Budget::of(SHARE);
        list_conversation_messages::after(chat, &self.stay, after, MAX_SYNCED_MESSAGES, budget).await
    }

    async fn changes(&self, chat: &Chat, asked_at: Timestamp) -> Result<ChangeList, Error> {
        let room = &self.stay.room;
        let Some((_, change)) = self.cursor else { return list_changes::anew(chat, room, asked_at).await };
        if self.change().is_none() {
            return Ok(ChangeList { changed: Vec::new(), change, more: false, reset: false });
        }
        let records = chat.store.changes(room.id, change, asked_at).await?;
        list_changes::since(chat, &self.stay, change, records, asked_at, Budget::of(SHARE)).await
    }

    /// The marks of the user, and those of the other members of a small room, as far as the user may know them.
    async fn marks(&self, chat: &Chat, others: bool) -> Result<BTreeMap<UserId, Marks>, Error> {
        let Stay { room, membership } = &self.stay;
        let user = membership.user_id;
        let others = room.members.iter().copied().filter(|&member| others && room.is_small() && member != user);
        let others: BTreeSet<_> = others.collect();
        let asked = room.members.iter().copied().filter(|_| !others.is_empty() && room.kind == RoomKind::Direct);
        let (stays, people) = tokio::try_join!(
            chat.store.memberships_of_room(room.id, others.iter().copied(), Consistency::Eventual),
            chat.store.people(asked, Consistency::Eventual),
        )?;
        let are_shown = receipts::are_shown(room, &people);
        let marks = stays.iter().filter(|_| are_shown).chain([membership]).map(|stay| {
            let shown = stay.marks_for(user).map(|mark| mark.filter(|&id| membership.sees(id)));
            let [last_delivered, last_read] = shown;
            (stay.user_id, Marks { last_delivered, last_read })
        });
        Ok(marks.collect())
    }
}

impl News {
    fn of(self, room: RoomSummary, membership: &Membership) -> SyncedRoom {
        let Self { messages, changes: ChangeList { changed, change, more, reset }, marks, skipped: after } = self;
        SyncedRoom { room, membership: membership.id, messages, after, changed, change, marks, more, reset }
    }
}
