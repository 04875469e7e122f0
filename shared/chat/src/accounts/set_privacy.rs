use domain::{Error, Refusal, SetPrivacy};
use store::Consistency;

use crate::{Caller, Chat};

/// Sets who can add the caller to rooms.
///
/// # Errors
/// `NotFound`.
pub async fn set_privacy(chat: &Chat, caller: &Caller, input: &SetPrivacy) -> Result<(), Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
