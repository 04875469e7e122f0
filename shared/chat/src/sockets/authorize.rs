use domain::{Error, RoomId};

use crate::{Caller, Chat, accounts::authenticate, rooms::access};

/// Lets a socket open, bound to a room if it names one.
///
/// # Errors
/// `Unauthenticated`, `RoomNotFound`, `NotAMember`.
pub async fn authorize(chat: &Chat, caller: &Caller, room: Option<RoomId>) -> Result<(), Error> {
    let member = async {
        match room {
            Some(room) => access::room_for_sure(&chat.store, caller.user, room).await.map(drop),
            None => Ok(()),
        }
    };
    let (session, member) = tokio::join!(authenticate(chat, caller), member);
    session?;
    member
}
