use domain::{Error, Network, Pace, Registration, User};

use super::password_hash;
use crate::{Chat, now};

/// Makes a user, if not too many have registered from that network lately. Asked before the password is hashed, which is
/// what costs. A name that is taken costs it as well, so that time tells nothing before the answer does.
///
/// # Errors
/// `UsernameTaken`, `RateLimited`.
pub async fn register(chat: &Chat, from: Network, pace: Pace, registration: Registration) -> Result<User, Error> {
    let username = &registration.username;
    let (vacancy, counted) =
        tokio::join!(chat.store.vacancy(username), chat.store.count_registration(from, pace, now()));
    counted?;
    let hash = password_hash::hash(registration.password.expose().to_owned()).await?;
    chat.store.create_user(username, vacancy?, &hash, now()).await
}
