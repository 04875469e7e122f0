use domain::{Error, PrivacySettings, Refusal, SetPrivacy};
use store::Consistency;

use crate::{Caller, Chat};

/// Sets who can add the caller to rooms.
pub async fn set_privacy(chat: &Chat, caller: &Caller, input: &SetPrivacy) -> Result<PrivacySettings, Error> {
    chat.store.users([caller.user], Consistency::Eventual).await?;
    let add = input.add.ok_or(Refusal::NotFound)?;
    Ok(PrivacySettings { add })
}
