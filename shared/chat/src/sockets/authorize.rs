use domain::{Error, RoomId};
use store::Session;

use crate::{Caller, Chat, accounts::authenticate, rooms::access};

/// Checks that a socket may open for a room, if the handshake names one, and returns the caller's session.
///
/// # Errors
/// `Unauthenticated`, `RoomNotFound`, `NotAMember`.
pub async fn authorize(chat: &Chat, caller: &Caller, room: Option<RoomId>) -> Result<Session, Error> {
    let member = async {
        match room {
            Some(room) => access::room_for_sure(&chat.store, caller.user, room).await.map(drop),
            None => Ok(()),
        }
    };
    let (session, member) = tokio::join!(authenticate(chat, caller), member);
    let session = session?;
    member?;
    Ok(session)
}
