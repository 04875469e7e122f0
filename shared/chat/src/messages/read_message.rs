use std::collections::{BTreeMap, BTreeSet};

use domain::{Error, Event, Message, MessageId, ReadMark, Refusal, RoomId, SetChat, UserId};
use store::{Consistency, Membership};

use crate::{
    Caller, Chat,
    rooms::{
        self,
        access::{self, Stay},
    },
};

/// Marks what the caller has read of a room, up to the highest of the messages, and ends their mark of the chat as
/// unread. If the mark moved, the event goes to their other devices and, in small rooms, to the senders of the messages
/// that it covers.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`. A refusal changes nothing.
pub async fn read_message(chat: &Chat, caller: &Caller, mark: ReadMark) -> Result<(), Error> {
    let ReadMark { room, messages } = mark;
    let (stay, found) = tokio::join!(access::stay(&chat.store, caller.user, room), found(chat, room, &messages));
    let (stay, found) = (stay?, found?);
    let is_unknown = |id: &MessageId| found.get(id).is_none_or(|message| !stay.sees(message));
    let unknown: Vec<_> = messages.into_iter().filter(is_unknown).collect();
    if !unknown.is_empty() {
        return Err(Refusal::MessageNotFound(unknown).into());
    }
    let highest = found.last_key_value().map(|(_, message)| message);
    let highest = highest.ok_or_else(|| Refusal::MessageNotFound(Vec::new()))?;
    let concerned = concerned(&stay, found.values().map(|message| message.sender));
    let (moved, audience) = tokio::join!(
        chat.store.mark_read(&stay.membership, highest.id, highest.sequence, stay.room.is_closed()),
        chat.audience(&concerned, room)
    );
    let moved = moved?;
    if stay.membership.marked_unread {
        // The mark may be where it was.
        rooms::set_chat(chat, caller, &SetChat { marked_unread: Some(false), ..SetChat::of(room) }).await?;
    }
    if moved {
        chat.tell(audience, &Event::Read { conversation: room, user: caller.user, last_read: highest.id }).await?;
    }
    Ok(())
}

/// The messages that exist. Those that the cheap read misses are asked for again.
async fn found(chat: &Chat, room: RoomId, ids: &BTreeSet<MessageId>) -> Result<BTreeMap<MessageId, Message>, Error> {
    let mut found = chat.store.messages_by_id(room, ids.iter().copied(), Consistency::Eventual).await?;
    let missed: Vec<_> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    if !missed.is_empty() {
        found.append(&mut chat.store.messages_by_id(room, missed, Consistency::Strong).await?);
    }
    Ok(found)
}

/// The users who hear of a mark. The room may lag, so the senders of the marked messages are among them for sure.
fn concerned(stay: &Stay, senders: impl Iterator<Item = UserId>) -> BTreeSet<UserId> {
    let Stay { room, membership: Membership { user_id, read_sequence, .. } } = stay;
    if !room.is_small() || room.is_closed() {
        return [*user_id].into();
    }
    let since = room.sent.iter().filter(|(_, sequence)| *sequence > read_sequence).map(|(sender, _)| *sender);
    let senders = since.chain(senders).filter(|sender| room.members.contains(sender));
    senders.chain([*user_id]).collect()
}
