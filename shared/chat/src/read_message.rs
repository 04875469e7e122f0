use domain::{Error, Event, ReadMark};

use crate::{Caller, Chat, access};

/// Marks what the caller has read of a room, up to the highest of the messages, and tells the room if the mark moved.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`; nothing changes then.
pub async fn read_message(chat: &Chat, caller: &Caller, mark: ReadMark) -> Result<(), Error> {
    let ReadMark { room, messages } = mark;
    let (found, sequences) = tokio::join!(
        access::room(&chat.store, caller.user, room),
        chat.store.sequences(room, messages.iter().copied())
    );
    let (members, sequences) = (found?.members, sequences?);
    let unknown: Vec<_> = messages.into_iter().filter(|id| !sequences.contains_key(id)).collect();
    let Some((&highest, &sequence)) = sequences.last_key_value().filter(|_| unknown.is_empty()) else {
        return Err(Error::MessageNotFound(unknown));
    };
    let (moved, audience) =
        tokio::join!(chat.store.mark_read(caller.user, room, highest, sequence), chat.audience(&members, room));
    if moved? {
        chat.tell(audience, &Event::Read { conversation: room, user: caller.user, last_read: highest }).await?;
    }
    Ok(())
}
