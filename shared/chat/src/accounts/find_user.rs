use domain::{Error, Refusal, User, Username};
use store::Consistency;

use crate::Chat;

/// Who has this name, in any case.
///
/// # Errors
/// `UsernameNotFound`.
pub async fn find_user(chat: &Chat, username: &Username) -> Result<User, Error> {
    chat.store.user_by_name(&username.folded(), Consistency::Eventual).await?.ok_or(Refusal::UsernameNotFound.into())
}
