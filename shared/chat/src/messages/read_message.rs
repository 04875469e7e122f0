use domain::{Error, Mark, MessageId, Reached, ReadMark, Refusal};
use store::Consistency;

use super::marks::{Target, move_marks, up_to_date};
use crate::{Caller, Chat, rooms::access};

/// Marks what the caller has read of a room, up to the highest of the messages, and ends their mark of the chat as
/// unread. If the mark moved, the event goes to their other devices and, in small rooms, to the senders of the messages
/// that it covers. In a direct room both members must show receipts.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `MessageNotFound`. A refusal changes nothing.
pub async fn read_message(chat: &Chat, caller: &Caller, mark: ReadMark) -> Result<(), Error> {
    let ReadMark { room, messages } = mark;
    // Strongly consistent: a message may have just been stored, or edited.
    let found = chat.store.messages_by_id(room, messages.iter().copied(), Consistency::Strong);
    let (stay, found) = tokio::join!(access::stay(&chat.store, caller.user, room), found);
    let (stay, found) = (stay?, found?);
    let is_unknown = |id: &MessageId| found.get(id).is_none_or(|message| !stay.sees(message));
    let unknown: Vec<_> = messages.into_iter().filter(is_unknown).collect();
    if !unknown.is_empty() {
        return Err(Refusal::MessageNotFound(unknown).into());
    }
    let highest = found.last_key_value().map(|(_, message)| message);
    let highest = highest.ok_or_else(|| Refusal::MessageNotFound(Vec::new()))?;
    let stay = up_to_date(chat, stay, Some(highest)).await?;
    let to = Reached::by(caller.user, highest);
    let senders = found.values().map(|message| message.sender).collect();
    let targets = [Target { stay, to, senders }];
    move_marks(chat, caller, Mark::Read, &targets, None).await
}
