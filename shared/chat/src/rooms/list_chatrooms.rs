use std::collections::HashMap;

use domain::{Error, Message, Room, RoomId, RoomSummary};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Consistency, Range};

use crate::{Caller, Chat};

/// The number of rooms that are read at the same time for an older last message.
const CONCURRENCY: usize = 32;

/// Lists the caller's rooms, the most recently active last.
///
/// The last messages are read and not copied into the rooms. A turn changes the room before its message is stored, and
/// a list must not show a message that is not stored.
pub async fn list_chatrooms(chat: &Chat, caller: &Caller) -> Result<Vec<RoomSummary>, Error> {
    let memberships = chat.store.memberships(caller.user, Consistency::Eventual).await?;
    let ids = memberships.iter().map(|membership| membership.room_id);
    let mut rooms = chat.store.rooms(ids, Consistency::Eventual).await?;
    rooms.retain(|room| room.members.contains(&caller.user));
    rooms.sort_unstable_by(Room::by_activity);
    let mut last = last_messages(chat, &rooms).await?;
    let read: HashMap<_, _> =
        memberships.into_iter().map(|membership| (membership.room_id, membership.read_sequence)).collect();
    let summaries = rooms.into_iter().map(|room| {
        let last_message = last.remove(&room.id);
        let read = read.get(&room.id).copied().unwrap_or_default();
        let unread = room.unread(caller.user, read, last_message.as_ref());
        Ok(RoomSummary { unread, last_message: last_message.map(|message| chat.show(message)).transpose()?, room })
    });
    summaries.collect()
}

async fn last_messages(chat: &Chat, rooms: &[Room]) -> Result<HashMap<RoomId, Message>, Error> {
    let ids = rooms.iter().filter_map(|room| Some((room.id, room.last_message_id?)));
    let found = chat.store.messages(ids).await?;
    let mut last: HashMap<_, _> = found.into_iter().map(|message| (message.room, message)).collect();
    // The last turn of these rooms has no message: the message is on its way, or its sender died. An older message is
    // the last.
    let is_hole = |room: &&Room| room.last_message_id.is_some() && !last.contains_key(&room.id);
    let holes: Vec<_> = rooms.iter().filter(is_hole).map(|room| room.id).collect();
    let older: Vec<_> = stream::iter(holes)
        .map(|room| chat.store.query_messages(room, Range::Newest, 1))
        .buffer_unordered(CONCURRENCY)
        .try_concat()
        .await?;
    last.extend(older.into_iter().map(|message| (message.room, message)));
    Ok(last)
}
