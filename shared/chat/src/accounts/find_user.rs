use domain::{Error, Refusal, SoughtUsername, User};
use store::Consistency;

use crate::Chat;

/// Finds the user with this name. Case, form and blanks around it do not matter.
///
/// # Errors
/// `UsernameNotFound`.
pub async fn find_user(chat: &Chat, username: &SoughtUsername) -> Result<User, Error> {
    chat.store.user_by_name(username.folded(), Consistency::Eventual).await?.ok_or(Refusal::UsernameNotFound.into())
}
