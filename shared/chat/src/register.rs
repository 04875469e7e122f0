use domain::{Error, Registration, User};

use crate::{Chat, now, password_hash};

/// Makes a user.
///
/// # Errors
/// `UsernameTaken`.
pub async fn register(chat: &Chat, registration: Registration) -> Result<User, Error> {
    let hash = password_hash::hash(registration.password.expose().to_owned()).await?;
    chat.store.create_user(&registration.username, &hash, now()).await
}
