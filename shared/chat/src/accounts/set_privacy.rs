use domain::{Error, PrivacyChoices, PrivacySettings};

use crate::{Caller, Chat, accounts::person};

/// Sets the given settings of the caller's privacy, and returns all.
pub async fn set_privacy(chat: &Chat, caller: &Caller, choices: PrivacyChoices) -> Result<PrivacySettings, Error> {
    let chosen = if choices == PrivacyChoices::default() {
        person(chat, caller.user).await?.privacy
    } else {
        let chosen = chat.store.set_privacy(caller.user, choices).await?;
        tracing::info!(?choices, "a user has set their privacy");
        chosen
    };
    Ok(chosen.settings(chat.settings.who_can_add))
}
