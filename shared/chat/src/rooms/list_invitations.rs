use domain::{Error, Refusal, RoomInvitation};
use store::Consistency;

use crate::{Caller, Chat};

/// Lists the invitations to the caller.
pub async fn list_invitations(chat: &Chat, caller: &Caller) -> Result<Vec<RoomInvitation>, Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    Err(Refusal::NotFound.into())
}
