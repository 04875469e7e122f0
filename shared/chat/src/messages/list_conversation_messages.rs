use domain::{Budget, Error, MessageId, Page, Position, RoomId, RoomKind, ShownMessage, Slice};
use store::Range;

use super::{quotes::Quotes, reader::Reader};
use crate::{
    Caller, Chat, now,
    rooms::access::{self, Stay},
};

/// How often one call reads on over messages that were hidden from the caller by a block.
const MOST_ROUNDS: u32 = 5;

/// A page of the messages of one room that the caller may see: in a direct room those that they have sent or
/// received. The page may be short and still have a next one, if many messages before it were hidden from them by a
/// block.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`.
pub async fn list_conversation_messages(
    chat: &Chat,
    caller: &Caller,
    room: RoomId,
    page: Page,
) -> Result<Slice<ShownMessage>, Error> {
    let range = match page.position {
        Position::Latest => Range::NEWEST,
        Position::Before(id) => Range::below(id),
        Position::After(id) => Range::above(id),
    };
    // One more tells whether there are more.
    let wanted = page.limit + 1;
    let asked_at = now();
    let (stay, read) =
        tokio::join!(access::stay(&chat.store, caller.user, room), chat.store.query_messages(room, range, wanted),);
    let (stay, read) = (stay?, read?);
    let mut reader = Reader::of(&stay, page.position);
    if page.is_forward() && read.first().is_some_and(|message| !stay.membership.sees(message.id)) {
        // The first messages that they may see come later.
        reader = reader.reads(&chat.store, wanted).await?;
    } else {
        reader.take(read, wanted, asked_at);
    }
    rest(chat, &stay, page, reader).await?.fit(page, Budget::default())
}

/// The messages after an id that a member may see, up to the last one of the room as it was read, as many as fit a
/// budget.
pub(super) async fn after(
    chat: &Chat,
    stay: &Stay,
    id: MessageId,
    limit: usize,
    budget: Budget,
) -> Result<Slice<ShownMessage>, Error> {
    let page = Page { limit, position: Position::After(id) };
    let only_own = stay.room.kind == RoomKind::Direct;
    let reader = Reader::bounded(&stay.room, &stay.membership, page.position, only_own);
    rest(chat, stay, page, reader.reads(&chat.store, limit + 1).await?).await?.fit(page, budget)
}

/// Reads on until the page is full, if messages were hidden from the member.
async fn rest(chat: &Chat, stay: &Stay, page: Page, mut reader: Reader) -> Result<Slice<ShownMessage>, Error> {
    let wanted = page.limit + 1;
    for _ in 1..MOST_ROUNDS {
        if reader.is_done() || reader.messages.len() >= wanted {
            break;
        }
        let missing = wanted - reader.messages.len();
        reader = reader.reads(&chat.store, missing).await?;
    }
    let edge = reader.edge.filter(|_| !reader.waits);
    let mut slice = page.cut(reader.messages);
    if slice.next.is_none() {
        slice.next = edge.map(|edge| page.further(edge));
    }
    let quotes = Quotes::read(chat, slice.messages.iter(), |_| Some(&stay.membership)).await?;
    slice.try_map(|message| quotes.show(chat, message, stay.membership.user_id))
}
