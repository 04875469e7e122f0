use domain::{Error, Page, Position, RoomId, ShownMessage, Slice, settled};
use store::Range;

use crate::{Caller, Chat, now, rooms::access};

/// A page of the messages of one room.
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
    // A hole is as old as it was when it was looked for: what fills it meanwhile is not among what was read.
    let asked_at = now();
    let (member, messages) = tokio::join!(
        access::member(&chat.store, caller.user, room),
        // One more tells whether there are more.
        chat.store.query_messages(room, range, page.limit + 1),
    );
    member?;
    let mut messages = messages?;
    if let Position::After(id) = page.position {
        messages = settled(messages, id, asked_at);
    }
    page.cut(messages).try_map(|message| chat.show(message))
}
