use domain::{Error, Refusal, SetBlock};

use crate::{
    Caller, Chat,
    accounts::{admit, person},
    now,
};

/// Admits the caller and blocks a user for them, or lifts the block. The input may be an error of reading it, because
/// an ended session is refused before an invalid body. A block that is there, or is not, stays as it is.
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
        person(chat, change.user).await.map(|_| change)
    };
    let (admitted, change) = tokio::join!(admit(chat, caller), look);
    admitted?;
    let change = change?;
    if change.blocked {
        chat.store.block(user, change.user, now()).await?;
    } else {
        chat.store.unblock(user, change.user).await?;
    }
    Ok(change)
}
