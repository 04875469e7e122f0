//! The summaries of rooms: each with its last message and the number of unread ones, as one member sees them.

use std::collections::HashMap;

use domain::{Error, Message, MessageId, Room, RoomId, RoomKind, RoomSummary, User, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Consistency, Membership, Range};

use super::stays::Stays;
use crate::{Chat, messages::Quotes};

/// The number of rooms that are read at the same time for an older last message.
const CONCURRENCY: usize = 32;
/// The numbers of messages that are read, one after the other, for the last one that the user has not deleted for
/// themselves.
const HIDDEN: [usize; 2] = [10, 90];

/// The parts of the summaries of some rooms.
pub(crate) struct Summaries<'a> {
    user: UserId,
    stays: &'a Stays,
    last: HashMap<RoomId, Message>,
    first_unread: HashMap<RoomId, Message>,
    peers: HashMap<UserId, User>,
    quotes: Quotes,
}

impl<'a> Summaries<'a> {
    /// Reads the last messages and the peers of rooms, which are as the user [sees](Room::seen_by) them.
    ///
    /// The last messages are read, not remembered in the rooms: a room's turn is taken before its message is stored, and
    /// nobody sees a message before it is stored. The reads are strongly consistent, because a summary must not show a
    /// text that has been deleted.
    pub(crate) async fn read(chat: &Chat, user: UserId, rooms: &[Room], stays: &'a Stays) -> Result<Self, Error> {
        let (last, peers) = tokio::try_join!(last_messages(chat, user, rooms, stays), peers(chat, user, rooms))?;
        let (quotes, first_unread) = tokio::try_join!(
            Quotes::read(chat, last.values(), |room| stays.get(&room)),
            first_unread(chat, user, rooms, stays, &last)
        )?;
        Ok(Self { user, stays, last, first_unread, peers, quotes })
    }

    /// The summary of one of the rooms, once. `None` if the user does not list it.
    pub(crate) fn take(&mut self, chat: &Chat, room: Room) -> Result<Option<RoomSummary>, Error> {
        let user = self.user;
        let last = self.last.remove(&room.id);
        let stay = self.stays.get(&room.id).filter(|_| room.is_listed(user, last.as_ref()));
        let Some(stay) = stay else { return Ok(None) };
        let Unread { count: unread, first: first_unread, mentioned } =
            Unread::of(&room, stay, self.first_unread.get(&room.id), last.as_ref());
        let settings = stay.settings(&room);
        let show = |message| Ok::<_, Error>(self.quotes.show(chat, message, user)?.excerpt());
        let last_message = last.map(show).transpose()?;
        let peer = room.peer(user).and_then(|peer| self.peers.remove(&peer));
        let room = chat.show_room(room, user, peer)?;
        Ok(Some(RoomSummary { room, settings, unread, first_unread, mentioned, last_message }))
    }
}

/// What a member has not read of a room.
struct Unread {
    count: u64,
    first: Option<MessageId>,
    mentioned: bool,
}

impl Unread {
    /// The messages from the first one that was found on. If none was looked for, the last one is the only one.
    fn of(room: &Room, stay: &Membership, first: Option<&Message>, last: Option<&Message>) -> Self {
        let mut seen = room.seen(stay.user_id, stay.seen());
        if let Some(first) = first {
            // Turns before it that nobody knows to be lost do not count.
            seen.sequence = first.sequence - 1;
        }
        let count = room.unread(stay.user_id, &seen, last);
        let first = first.or(last).map(|message| message.id).filter(|_| count > 0);
        Self { count, first, mentioned: room.mentions(&seen, last) }
    }
}

/// The first message that a member has not read, of each room in which these are several. One message of such a room is
/// read, and more only if the member has deleted it for themselves.
async fn first_unread(
    chat: &Chat,
    user: UserId,
    rooms: &[Room],
    stays: &Stays,
    last: &HashMap<RoomId, Message>,
) -> Result<HashMap<RoomId, Message>, Error> {
    let several = rooms.iter().filter_map(|room| {
        let (stay, last) = (stays.get(&room.id)?, last.get(&room.id)?);
        let seen = room.seen(user, stay.seen());
        (room.unread(user, &seen, Some(last)) > 1).then(|| first_of(chat, room, stay, last))
    });
    let several: Vec<_> = several.collect();
    let found: Vec<_> = stream::iter(several).buffer_unordered(CONCURRENCY).try_collect().await?;
    Ok(found.into_iter().flatten().map(|message| (message.room, message)).collect())
}

async fn first_of(chat: &Chat, room: &Room, stay: &Membership, last: &Message) -> Result<Option<Message>, Error> {
    let seen = room.seen(stay.user_id, stay.seen());
    let mut range = Range::above(seen.id).from(stay.visible_from).up_to(last.id);
    let is_unread = |message: &Message| {
        let is_shown = message.is_shown_to(stay.user_id) && !message.is_hidden_from(Some(stay.user_id));
        message.sequence > seen.sequence && is_shown
    };
    for limit in [1].into_iter().chain(HIDDEN) {
        let page = chat.store.query_messages(room.id, range, limit).await?;
        let end = page.last().map(|message| (message.id, message.sequence));
        if let Some(found) = page.into_iter().find(is_unread) {
            return Ok(Some(found));
        }
        let Some((id, sequence)) = end else { break };
        range = range.beyond(room.end_of_closure(sequence).unwrap_or(id));
    }
    Ok(None)
}

/// The last message of each room that the user can see.
pub(super) async fn last_messages(
    chat: &Chat,
    user: UserId,
    rooms: &[Room],
    stays: &Stays,
) -> Result<HashMap<RoomId, Message>, Error> {
    let visible = |room: &Room| {
        let stay = stays.get(&room.id)?;
        room.last_message_id.filter(|&id| stay.sees(id))
    };
    let ids = rooms.iter().filter_map(|room| Some((room.id, visible(room)?)));
    let found = chat.store.messages(ids, Consistency::Strong).await?;
    let mut last: HashMap<_, _> = found.into_iter().map(|message| (message.room, message)).collect();
    // The last turn of these has no message: it is on its way, or its sender died. The one before it is the last then.
    let holes = rooms.iter().filter(|room| visible(room).is_some() && !last.contains_key(&room.id));
    let holes: Vec<_> = holes.filter_map(|room| Some((room.id, stays.get(&room.id)?.visible_from))).collect();
    let older: Vec<_> = stream::iter(holes)
        .map(|(room, from)| chat.store.query_messages(room, Range::NEWEST.from(from), 1))
        .buffer_unordered(CONCURRENCY)
        .try_concat()
        .await?;
    last.extend(older.into_iter().map(|message| (message.room, message)));
    // The last messages of these were hidden from the user by a block.
    let concerns =
        |message: &Message| stays.get(&message.room).is_some_and(|stay| message.concerns(user, stay.first_id()));
    let hidden = rooms.iter().filter(|room| room.kind == RoomKind::Direct);
    let hidden: Vec<_> = hidden.filter(|room| last.get(&room.id).is_some_and(|message| !concerns(message))).collect();
    for room in &hidden {
        last.remove(&room.id);
    }
    let shown = hidden.into_iter().filter_map(|room| {
        let stay = stays.get(&room.id)?;
        Some((room.id, room.shown.get(&user).copied().filter(|&id| stay.sees(id))?))
    });
    let shown = chat.store.messages(shown, Consistency::Strong).await?;
    last.extend(shown.into_iter().filter(concerns).map(|message| (message.room, message)));
    unhide(chat, user, stays, &mut last).await?;
    Ok(last)
}

/// Replaces messages that the user has deleted for themselves by those before.
async fn unhide(chat: &Chat, user: UserId, stays: &Stays, last: &mut HashMap<RoomId, Message>) -> Result<(), Error> {
    let hidden = last.values().filter(|message| message.is_hidden_from(Some(user)));
    let before = |message: &Message| {
        let stay = stays.get(&message.room)?;
        Some((message.room, Range::below(message.id).from(stay.visible_from)))
    };
    let hidden: Vec<_> = hidden.filter_map(before).collect();
    last.retain(|_, message| !message.is_hidden_from(Some(user)));
    let older: Vec<_> = stream::iter(hidden)
        .map(|(room, range)| not_hidden(chat, user, room, range))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    last.extend(older.into_iter().flatten().map(|found| (found.room, found)));
    Ok(())
}

/// The first of some messages that the user has not deleted for themselves.
async fn not_hidden(chat: &Chat, user: UserId, room: RoomId, mut range: Range) -> Result<Option<Message>, Error> {
    for limit in HIDDEN {
        let page = chat.store.query_messages(room, range, limit).await?;
        let end = page.last().filter(|_| page.len() == limit).map(|message| message.id);
        let is_seen = |message: &Message| !message.is_hidden_from(Some(user)) && message.is_shown_to(user);
        if let Some(found) = page.into_iter().find(is_seen) {
            return Ok(Some(found));
        }
        let Some(end) = end else { break };
        range = range.beyond(end);
    }
    Ok(None)
}

/// The other members of the direct rooms.
async fn peers(chat: &Chat, user: UserId, rooms: &[Room]) -> Result<HashMap<UserId, User>, Error> {
    let peers: Vec<_> = rooms.iter().filter_map(|room| room.peer(user)).collect();
    let users = chat.store.users(peers, Consistency::Eventual).await?;
    Ok(users.into_iter().map(|user| (user.id, user)).collect())
}
