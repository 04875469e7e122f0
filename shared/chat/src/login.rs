use std::time::Duration;

use domain::{Error, LoginAttempt, User, Username};
use store::{Credentials, Session};

use crate::{Chat, now, password_hash};

/// How long a session lives, and its access token.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(24);

/// How many wrong passwords in a row lock a name.
const ATTEMPTS: u64 = 10;
/// How long the first lock lasts; each further wrong password doubles it.
const FIRST_LOCK: Duration = Duration::from_secs(30);
const LONGEST_LOCK: Duration = Duration::from_mins(15);

/// A login that has succeeded.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who it is.
    pub user: User,
    /// The session that it has opened.
    pub session: Session,
}

/// Makes what logins need, so that the first one of a process takes as long as any other.
pub fn prepare_login() {
    password_hash::prepare();
}

/// Opens a session for whoever knows the password. A name that nobody has costs the same time and calls.
///
/// # Errors
/// `InvalidCredentials`, `RateLimited`.
pub async fn login(chat: &Chat, attempt: LoginAttempt) -> Result<Login, Error> {
    let folded = Username::parse(attempt.username).map(|username| username.folded()).ok();
    let Credentials { user, failed_logins, locked_until } = match &folded {
        Some(folded) => chat.store.credentials(folded).await?,
        None => Credentials::default(),
    };
    if let Some(rest) = locked_until.map(|until| until.since(now())).filter(|rest| !rest.is_zero()) {
        return Err(Error::RateLimited { retry_after: whole_seconds(rest) });
    }
    let (user, hash) = user.unzip();
    let correct = password_hash::verify(attempt.password, hash).await?;
    match (user, folded) {
        (Some(user), Some(folded)) if correct => succeed(chat, user, &folded, failed_logins).await,
        (user, Some(folded)) => Err(fail(chat, &folded, user.is_some()).await),
        (_, None) => Err(Error::InvalidCredentials),
    }
}

async fn succeed(chat: &Chat, user: User, folded: &str, failed_logins: u64) -> Result<Login, Error> {
    let session = Session { id: session_id()?, user_id: user.id, expires_at: (now() + SESSION_LIFETIME).seconds() };
    let forgive = async { if failed_logins > 0 { chat.store.clear_failed_logins(folded).await } else { Ok(()) } };
    tokio::try_join!(chat.store.put_session(&session), forgive)?;
    Ok(Login { user, session })
}

async fn fail(chat: &Chat, folded: &str, known: bool) -> Error {
    let count = async {
        let now = now();
        let failed_logins = chat.store.count_failed_login(folded, known, now).await?;
        match lock(failed_logins) {
            Some(lock) => chat.store.lock_login(folded, now + lock).await,
            None => Ok(()),
        }
    };
    count.await.err().unwrap_or(Error::InvalidCredentials)
}

/// Rounded up: whoever comes back then is not too early.
const fn whole_seconds(rest: Duration) -> Duration {
    Duration::from_secs(rest.as_secs() + (rest.subsec_nanos() > 0) as u64)
}

/// How long a name is locked after so many wrong passwords in a row.
fn lock(failed_logins: u64) -> Option<Duration> {
    let doublings = u32::try_from(failed_logins.checked_sub(ATTEMPTS)?).unwrap_or(u32::MAX);
    Some(FIRST_LOCK.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_LOCK))
}

/// 128 random bits in hexadecimal digits.
fn session_id() -> Result<String, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal("making a session id", error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_wrong_password_locks_for_longer_and_longer() {
        let seconds = |failed| lock(failed).map(|lock| lock.as_secs());
        assert_eq!(
            [9, 10, 11, 14, 15, 99, u64::MAX].map(seconds),
            [None, Some(30), Some(60), Some(480), Some(900), Some(900), Some(900)]
        );
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds() {
        let whole = |millis| whole_seconds(Duration::from_millis(millis)).as_secs();
        assert_eq!([1, 1000, 1001].map(whole), [1, 1, 2]);
    }

    #[test]
    fn session_ids_differ() {
        assert_ne!(session_id().unwrap(), session_id().unwrap());
    }
}
