use std::collections::{BTreeMap, BTreeSet};

use domain::{Error, Event, MessageId, ReadMark, Refusal, RoomId};
use store::Consistency;

use crate::{Caller, Chat, rooms::access};

/// Moves the caller's mark in a room to the highest of the messages, and pushes an event to the room if it moved.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`. A refusal changes nothing.
pub async fn read_message(chat: &Chat, caller: &Caller, mark: ReadMark) -> Result<(), Error> {
    let ReadMark { room, messages } = mark;
    let (found, sequences) =
        tokio::join!(access::room(&chat.store, caller.user, room), sequences(chat, room, &messages));
    let members = found?.members;
    let (highest, sequence) = sequences?.pop_last().ok_or_else(|| Refusal::MessageNotFound(Vec::new()))?;
    let (moved, audience) =
        tokio::join!(chat.store.mark_read(caller.user, room, highest, sequence), chat.audience(&members, room));
    if moved? {
        chat.tell(audience, &Event::Read { conversation: room, user: caller.user, last_read: highest }).await?;
    }
    Ok(())
}

/// Reads the sequences of messages, all of which must exist. Messages that the eventually consistent read misses are
/// read again with strong consistency.
async fn sequences(chat: &Chat, room: RoomId, ids: &BTreeSet<MessageId>) -> Result<BTreeMap<MessageId, u64>, Error> {
    let mut found = chat.store.sequences(room, ids.iter().copied(), Consistency::Eventual).await?;
    let missing = |found: &BTreeMap<_, _>| ids.iter().copied().filter(|id| !found.contains_key(id)).collect::<Vec<_>>();
    let missed = missing(&found);
    if !missed.is_empty() {
        found.extend(chat.store.sequences(room, missed, Consistency::Strong).await?);
    }
    let unknown = missing(&found);
    if unknown.is_empty() { Ok(found) } else { Err(Refusal::MessageNotFound(unknown).into()) }
}
