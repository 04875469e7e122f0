use domain::{Error, Page, Position, RoomId, ShownMessage, Slice, settled};
use store::Range;

use crate::{Caller, Chat, now, rooms::access};

/// Lists a page of the messages of one room.
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
        Position::Latest => Range::Newest,
        Position::Before(id) => Range::Below(id),
        Position::After(id) => Range::Above(id),
    };
    // The age of a hole is its age before the read, because a message that fills it later is not in the result.
    let asked_at = now();
    let (member, messages) = tokio::join!(
        access::member(&chat.store, caller.user, room),
        // One message more than the page shows whether there is a next page.
        chat.store.query_messages(room, range, page.limit + 1),
    );
    member?;
    let mut messages = messages?;
    if let Position::After(id) = page.position {
        messages = settled(messages, id, asked_at);
    }
    page.cut(messages).try_map(|message| chat.show(message))
}
