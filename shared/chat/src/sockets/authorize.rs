use domain::{Error, RoomId};

use crate::{Caller, Chat, accounts::authenticate, rooms::access};

/// Checks that a socket may open: for the caller's session, and for a room if the handshake names one.
///
/// # Errors
/// `Unauthenticated`, `RoomNotFound`, `NotAMember`.
pub async fn authorize(chat: &Chat, caller: &Caller, room: Option<RoomId>) -> Result<(), Error> {
    let member = async {
        match room {
            Some(room) => access::member(&chat.store, caller.user, room).await,
            None => Ok(()),
        }
    };
    let (session, member) = tokio::join!(authenticate(chat, caller), member);
    session?;
    member
}
