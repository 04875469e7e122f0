//! Logging in: count the attempt, verify the password, open a session.

use std::time::Duration;

use domain::{Error, LoginAttempt, Network, Refusal, SoughtUsername, User};
use store::Session;

use super::{attempts, password_hash};
use crate::{Caller, Chat, now};

/// The lifetime of a session and of its access token.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(24);

/// A login that has succeeded.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: User,
    /// The session that the login opened.
    pub session: Session,
}

impl Login {
    /// The user with the session that the login opened.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller { user: self.user.id, session: self.session.id.clone(), at: now() }
    }
}

/// Computes the hash for unknown names, so that the first login of a process takes as long as any other.
pub fn prepare_login() {
    password_hash::prepare();
}

/// Opens a session if the password is right. An unknown name costs the same time and the same calls, so that neither
/// reveals which names exist.
///
/// # Errors
/// `InvalidCredentials`, `RateLimited`.
pub async fn login(chat: &Chat, network: Network, attempt: LoginAttempt) -> Result<Login, Error> {
    let Some(username) = SoughtUsername::parse(&attempt.username) else {
        password_hash::verify(attempt.password, None).await?;
        return Err(Refusal::InvalidCredentials.into());
    };
    let folded = username.folded();
    let (known, ()) = tokio::try_join!(chat.store.credentials(folded), attempts::count(chat, folded, network))?;
    let correct = password_hash::verify(attempt.password, known.as_ref().map(|(_, hash)| hash.clone())).await?;
    let (user, hash) = known.filter(|_| correct).ok_or(Refusal::InvalidCredentials)?;
    let session = Session { id: session_id()?, user_id: user.id, expires_at: (now() + SESSION_LIFETIME).seconds() };
    let (opened, ()) =
        tokio::try_join!(chat.store.open_session(&session, folded, &hash), attempts::forgive(chat, folded, network),)?;
    if opened { Ok(Login { user, session }) } else { Err(Refusal::InvalidCredentials.into()) }
}

/// Returns 128 random bits in hexadecimal digits.
fn session_id() -> Result<String, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal("making a session id", error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_differ() {
        assert_ne!(session_id().unwrap(), session_id().unwrap());
    }
}
