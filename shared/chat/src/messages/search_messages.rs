use domain::{Error, Found, MAX_FOUND, Message, Position, Search};
use store::Consistency;

use super::{quotes::Quotes, reader::Reader};
use crate::{Caller, Chat, rooms::access};

/// How often one search reads on: DynamoDB returns at most 1 MB each time.
const MOST_READS: usize = 4;
/// The messages of one read. If they have the usual length, they are about 1 MB.
const MESSAGES_PER_READ: i32 = 2500;

/// Searches the messages of a room that the caller can list, newest first. Ends with the twentieth message that it
/// finds, after some 10,000 messages or 4 MB, or at the beginning of the room.
///
/// The messages are searched as they were a moment ago, at half the price. Those that are found are read again, so that
/// no deleted text is shown. A message of the last second may be missing.
///
/// # Errors
/// `RateLimited`, `RoomNotFound`, `NotAMember`.
pub async fn search_messages(chat: &Chat, caller: &Caller, search: &Search) -> Result<Found, Error> {
    let user = caller.user;
    let (counted, stay) = tokio::join!(chat.count_search(caller), access::stay(&chat.store, user, search.room));
    counted?;
    let stay = stay?;
    let mut reader = Reader::of(&stay, search.before.map_or(Position::Latest, Position::Before));
    let mut ids = Vec::new();
    for _ in 0..MOST_READS {
        reader = reader.reads_some(&chat.store, MESSAGES_PER_READ).await?;
        let read = reader.messages.drain(..).map(|message| message.seen_by(Some(user)));
        ids.extend(read.filter(|message| search.finds(message)).map(|message| message.id));
        if reader.is_done() || ids.len() >= MAX_FOUND {
            break;
        }
    }
    let last = ids.get(MAX_FOUND - 1).copied().filter(|_| ids.len() > MAX_FOUND);
    ids.truncate(MAX_FOUND);
    let read = chat.store.messages_by_id(search.room, ids, Consistency::Strong).await?;
    let is_found = |message: &Message| reader.shows(message) && search.finds(&message.clone().seen_by(Some(user)));
    let found: Vec<_> = read.into_values().rev().filter(is_found).collect();
    let quotes = Quotes::read(chat, found.iter(), |_| Some(&stay.membership)).await?;
    let messages = found.into_iter().map(|message| quotes.show(chat, message, user)).collect::<Result<_, _>>()?;
    Ok(Found { messages, searched_back_to: last.or(reader.edge) })
}
