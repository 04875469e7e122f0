use domain::{Error, Network, Pace, Registration, User};

use super::password_hash;
use crate::{
    Chat,
    metrics::{Limit, limited},
    now,
};

/// Makes a user, unless too many have registered from the network lately. The count comes before the hash, because the
/// hash costs the time. The password for a taken name is hashed too, so that the time of the answer does not depend on
/// the name.
///
/// # Errors
/// `UsernameTaken`, `RateLimited`.
pub async fn register(chat: &Chat, from: Network, pace: Pace, registration: Registration) -> Result<User, Error> {
    let username = &registration.username;
    let (vacancy, counted) =
        tokio::join!(chat.store.vacancy(username), chat.store.count_registration(from, pace, now()));
    counted.inspect_err(limited(Limit::Registrations))?;
    let hash = password_hash::hash(registration.password.expose().to_owned()).await?;
    chat.store.create_user(username, vacancy?, &hash, now()).await
}
