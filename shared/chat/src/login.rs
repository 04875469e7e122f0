use std::time::Duration;

use domain::{Error, LoginAttempt, Timestamp, User, Username};
use store::Session;

use crate::{Chat, now, password_hash};

/// How long a session lives, and its access token.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(24);

/// How many wrong passwords in a row cost nothing but time.
const FREE_ATTEMPTS: u64 = 9;
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
    let Ok(username) = Username::parse(attempt.username) else {
        password_hash::verify(attempt.password, None).await?;
        return Err(Error::InvalidCredentials);
    };
    let folded = username.folded();
    let (known, ()) = tokio::try_join!(chat.store.credentials(&folded), count_attempt(chat, &folded))?;
    let (user, hash) = known.unzip();
    let correct = password_hash::verify(attempt.password, hash).await?;
    let user = user.filter(|_| correct).ok_or(Error::InvalidCredentials)?;
    let session = Session { id: session_id()?, user_id: user.id, expires_at: (now() + SESSION_LIFETIME).seconds() };
    tokio::try_join!(chat.store.put_session(&session), chat.store.forget_attempts(&folded))?;
    Ok(Login { user, session })
}

/// Counts an attempt before it is made: the first nine in a row are free, each further one locks the name first.
async fn count_attempt(chat: &Chat, folded: &str) -> Result<(), Error> {
    let now = now();
    let Some(before) = chat.store.count_attempt(folded, FREE_ATTEMPTS, now).await? else { return Ok(()) };
    let rest = Timestamp::from_millis(before.locked_until).since(now);
    if !rest.is_zero() {
        return Err(Error::RateLimited { retry_after: whole_seconds(rest) });
    }
    let lock = lock(before.count);
    if chat.store.count_last_attempt(folded, before, now + lock, now).await? {
        return Ok(());
    }
    Err(Error::RateLimited { retry_after: lock })
}

/// Rounded up: whoever comes back then is not too early.
const fn whole_seconds(rest: Duration) -> Duration {
    Duration::from_secs(rest.as_secs() + (rest.subsec_nanos() > 0) as u64)
}

/// How long a name is locked by an attempt that follows so many in a row.
fn lock(before: u64) -> Duration {
    let doublings = u32::try_from(before.saturating_sub(FREE_ATTEMPTS)).unwrap_or(u32::MAX);
    FIRST_LOCK.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_LOCK)
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
    fn the_tenth_attempt_locks_and_each_further_one_for_longer() {
        let seconds = |before| lock(before).as_secs();
        assert_eq!([9, 10, 13, 14, 99, u64::MAX].map(seconds), [30, 60, 480, 900, 900, 900]);
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
