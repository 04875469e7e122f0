use domain::{Error, Refusal, SetChat};

use crate::{Caller, Chat, rooms::access};

/// Changes the settings of a chat for the caller alone.
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `NotFound`.
pub async fn set_chat(chat: &Chat, caller: &Caller, input: &SetChat) -> Result<(), Error> {
    access::room(&chat.store, caller.user, input.room).await?;
    Err(Refusal::NotFound.into())
}
