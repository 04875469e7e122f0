use domain::{Error, Refusal, SetBlock};

use crate::{
    Caller, Chat,
    accounts::{admit, person},
    now,
};

/// Admits the caller and blocks a user for them, or lifts the block. The input may be an error of reading it, because
/// an ended session is refused before an invalid body. A block that is there, or is not, stays as it is.
///
/// A block counts as a change of rooms, because the list of blocks has names, and would be a directory otherwise.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`, the error of the input, `Invalid` for oneself, `UserNotFound`, `TooManyBlocks`.
pub async fn set_block(chat: &Chat, caller: &Caller, input: Result<SetBlock, Error>) -> Result<SetBlock, Error> {
    let user = caller.user;
    let look = async {
        let change = input?;
        if change.user == user {
            return Err(Refusal::field("user", "must be another user").into());
        }
        let counted = async { if change.blocked { chat.count_room_change(caller, 1).await } else { Ok(()) } };
        let (person, counted) = tokio::join!(person(chat, change.user), counted);
        person.and(counted).map(|()| change)
    };
    let (admitted, change) = tokio::join!(admit(chat, caller), look);
    admitted?;
    let change = change?;
    if change.blocked {
        chat.store.block(user, change.user, now()).await?;
    } else {
        chat.store.unblock(user, change.user).await?;
    }
    tracing::info!(other = %change.user, blocked = change.blocked, "a block is set or lifted");
    Ok(change)
}
