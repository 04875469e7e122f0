use domain::{Action, Error, Event, MAX_TYPING_AUDIENCE, Refusal, RoomId, TYPING_EXPIRES_IN, TypingFrame};
use store::Socket;

use crate::{
    Chat,
    metrics::{Limit, limited},
    now,
    rooms::access,
    sockets::admit_frame,
};

/// Pushes to a room that a member types, or has stopped: to all sockets except the member's own one. Behind a block, the
/// other devices of the member hear of it alone, so that they do not show the block. Pushes nothing in a large room.
///
/// The session, the room and the membership, which holds the pace, are asked at the same time. The frame may be an
/// error of reading it, because an ended session is refused before an invalid frame.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the frame, `RoomNotFound`, `NotAMember`, `NotAnAdmin` if only admins
/// may write.
pub async fn typing(chat: &Chat, own: &Socket, frame: Result<(RoomId, TypingFrame), Error>) -> Result<(), Error> {
    let sender = own.user;
    let look = async {
        let (room, frame) = frame?;
        let (found, noted) =
            tokio::join!(access::room(&chat.store, sender, room), chat.store.note_typing(sender, room, now()));
        let found = found?;
        if !noted.inspect_err(limited(Limit::Typing))? {
            // They have just left, and the cheap read lags.
            access::room_for_sure(&chat.store, sender, room).await?;
        }
        Ok::<_, Error>((found, frame))
    };
    let (admitted, looked) = tokio::join!(admit_frame(chat, own, 1), look);
    admitted?;
    let (room, TypingFrame { typing, kind, .. }) = looked?;
    if !room.allows(sender, Action::Send) {
        return Err(Refusal::NotAnAdmin.into());
    }
    if room.members.len() > MAX_TYPING_AUDIENCE {
        return Ok(());
    }
    let users = if room.is_closed() { [sender].into() } else { room.members };
    let mut audience = chat.audience(&users, room.id).await;
    audience.retain(|socket| socket.id != own.id);
    let expires_in = TYPING_EXPIRES_IN.as_secs();
    chat.tell(audience, &Event::Typing { conversation: room.id, sender, typing, kind, expires_in }).await
}
