use domain::{Error, PreviewInvite, Refusal};
use store::Consistency;

use crate::{Caller, Chat};

/// Shows a room to somebody who has its invite code.
///
/// # Errors
/// `NotFound`.
pub async fn preview_invite(chat: &Chat, caller: &Caller, input: &PreviewInvite) -> Result<(), Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
