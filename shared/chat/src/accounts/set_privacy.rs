use domain::{Error, PrivacySettings, SetPrivacy};

use crate::{Caller, Chat, accounts::person};

/// Sets who can add the caller to rooms, or returns it if it is not given.
pub async fn set_privacy(chat: &Chat, caller: &Caller, input: &SetPrivacy) -> Result<PrivacySettings, Error> {
    let add = match input.add {
        Some(add) => {
            chat.store.set_who_can_add(caller.user, add).await?;
            tracing::info!(?add, "a user has set who can add them");
            add
        }
        None => person(chat, caller.user).await?.add.unwrap_or(chat.settings.who_can_add),
    };
    Ok(PrivacySettings { add })
}
