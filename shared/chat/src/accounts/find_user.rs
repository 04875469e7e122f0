use domain::{Error, Refusal, User, Username};
use store::Consistency;

use crate::Chat;

/// Finds the user with this name. Case does not matter.
///
/// # Errors
/// `UsernameNotFound`.
pub async fn find_user(chat: &Chat, username: &Username) -> Result<User, Error> {
    chat.store.user_by_name(&username.folded(), Consistency::Eventual).await?.ok_or(Refusal::UsernameNotFound.into())
}
