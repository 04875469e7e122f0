use domain::{Error, Event, RoomId};
use store::Socket;

use crate::{Caller, Chat, accounts::authenticate, rooms::access};

/// Pushes to a room that a member types, or has stopped: to all sockets except the socket that the frame came over.
/// Stores nothing.
///
/// The session and the room are read at the same time. The frame may be an error of reading it, because an ended session is refused
/// before an invalid frame.
///
/// # Errors
/// `Unauthenticated`, the error of the frame, `RoomNotFound`, `NotAMember`.
pub async fn typing(chat: &Chat, own: &Socket, frame: Result<(RoomId, bool), Error>) -> Result<(), Error> {
    let look = async {
        let (room, typing) = frame?;
        Ok::<_, Error>((access::room(&chat.store, own.user, room).await?, typing))
    };
    let caller = Caller::from(own);
    let (session, looked) = tokio::join!(authenticate(chat, &caller), look);
    session?;
    let (room, typing) = looked?;
    let mut audience = chat.audience(&room.members, room.id).await;
    audience.retain(|socket| socket.id != own.id);
    chat.tell(audience, &Event::Typing { conversation: room.id, sender: own.user, typing }).await
}
