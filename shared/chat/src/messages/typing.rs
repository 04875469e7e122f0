use domain::{Action, Error, Event, MAX_TYPING_AUDIENCE, Refusal, RoomId, TYPING_EXPIRES_IN, TypingKind, UserId};

use crate::{Chat, now, rooms::access};

/// Tells a room that somebody types, or has stopped: all sockets except the one that says so. In a large room, and in
/// one that a block has closed, nobody is told.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotAnAdmin` if only admins may write, `RateLimited`.
pub async fn typing(
    chat: &Chat,
    sender: UserId,
    connection: &str,
    room: RoomId,
    typing: bool,
    kind: TypingKind,
) -> Result<(), Error> {
    let (found, noted) =
        tokio::join!(access::room(&chat.store, sender, room), chat.store.note_typing(sender, room, now()));
    let found = found?;
    if !noted? {
        // They have just left, and the cheap read lags.
        access::room_for_sure(&chat.store, sender, room).await?;
    }
    if !found.allows(sender, Action::Send) {
        return Err(Refusal::NotAnAdmin.into());
    }
    if found.members.len() > MAX_TYPING_AUDIENCE || found.is_closed() {
        return Ok(());
    }
    let mut audience = chat.audience(&found.members, room).await;
    audience.retain(|socket| socket.id != connection);
    let expires_in = TYPING_EXPIRES_IN.as_secs();
    chat.tell(audience, &Event::Typing { conversation: room, sender, typing, kind, expires_in }).await
}
