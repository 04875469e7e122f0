use std::collections::{BTreeMap, BTreeSet};

use domain::{Error, Event, MessageId, ReadMark, Refusal, RoomId};
use store::Consistency;

use crate::{Caller, Chat, rooms::access};

/// Marks what the caller has read of a room, up to the highest of the messages, and tells the room if the mark moved.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`; nothing changes then.
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

/// The sequences of messages, all of which must exist. Those that the cheap read misses are asked for again.
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
