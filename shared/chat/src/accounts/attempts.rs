//! Three limits that slow the guessing of passwords.
//!
//! A source is a network, a device that has logged in with the name before and shows its token, or a session that
//! changes the password. Nine wrong passwords in a row are free, and each further one locks the source out of the name
//! for longer, so that guessers lock out themselves. A device and a session are counted apart from their network, so
//! that its other people cannot lock the owner out.
//!
//! The last limit is for a name: it bounds the attempts in a minute from all networks together. It does not hold for
//! devices, sessions, and networks from which a login with the name has succeeded, so that the owner gets in while
//! others guess. A changed password makes all networks and devices strangers, except those of its change. A token that
//! was copied before must not count afterwards, so the device of the change gets another id at its next login.

use std::time::Duration;

use domain::{Error, Network, Refusal, Timestamp, User};
use futures_util::future::try_join_all;
use store::{Attempts, Count, EarlierPasswords, Source, Store};

use super::password_hash::salt;
use crate::metrics::{Limit, limited};

/// The number of wrong passwords in a row after which there is no lock.
const FREE: u64 = 9;
/// The duration of the first lock. Each further wrong password doubles it.
const FIRST_LOCK: Duration = Duration::from_secs(30);
const LONGEST_LOCK: Duration = Duration::from_mins(15);
/// The number of attempts with a name in a minute from all networks that are not known. In a day these are 28,800, some
/// more than the list of the most common passwords is long, which `domain` does not allow.
const ANYWHERE_A_MINUTE: u64 = 20;

/// The user of a name, and the hash of their password.
type Account = Option<(User, String)>;

/// The source that an attempt to log in was counted for.
#[derive(Debug)]
pub(crate) enum Counted {
    Network(Network),
    Device {
        id: String,
        /// Whether the device has changed the password since its last login.
        has_changed: bool,
    },
}

/// Counts an attempt to log in before the password is verified, and reads the account at the same time. The attempt
/// counts for the device if the device is known with the present password and not locked, and otherwise for the
/// network.
///
/// # Errors
/// `RateLimited`: the password must not be verified.
pub(crate) async fn count(
    store: &Store,
    folded: &str,
    network: Network,
    device: Option<String>,
    now: Timestamp,
) -> Result<(Account, Counted), Error> {
    let mut read = None;
    if let Some(id) = device {
        let source = Source::Device(id.clone());
        let (account, here) = read_and_count(store, folded, &source, now).await?;
        if is_known(attempts(&here), account.as_ref(), now) && locked_until(&here, now).is_none() {
            let has_changed = attempts(&here).known_by.len() > 1;
            refuse_or_lock(store, folded, &source, Tally { here, anywhere: false, known: true }, now).await?;
            return Ok((account, Counted::Device { id, has_changed }));
        }
        read = Some(account);
    }
    let account = async {
        match read {
            Some(account) => Ok(account),
            None => store.credentials(folded).await,
        }
    };
    let source = Source::Network(network);
    let (account, here, anywhere) = tokio::try_join!(
        account,
        store.count_attempt(folded, &source, FREE, now),
        store.count_attempt_anywhere(folded, ANYWHERE_A_MINUTE, now),
    )?;
    let known = is_known(attempts(&here), account.as_ref(), now);
    refuse_or_lock(store, folded, &source, Tally { here, anywhere, known }, now).await?;
    Ok((account, Counted::Network(network)))
}

/// Counts an attempt of an open session to change the password, and reads the account at the same time.
///
/// # Errors
/// `RateLimited`: the password must not be verified.
pub(crate) async fn count_change(store: &Store, folded: &str, session: &str, now: Timestamp) -> Result<Account, Error> {
    let source = Source::Session(session.to_owned());
    let (account, here) = read_and_count(store, folded, &source, now).await?;
    refuse_or_lock(store, folded, &source, Tally { here, anywhere: false, known: true }, now).await?;
    Ok(account)
}

/// Deletes the counts of failed attempts after one that succeeded, and makes these sources known with the password of
/// this hash.
pub(crate) async fn forgive(
    store: &Store,
    folded: &str,
    sources: impl IntoIterator<Item = &Source>,
    hash: &str,
    earlier: EarlierPasswords,
    now: Timestamp,
) -> Result<(), Error> {
    let salt = salt(hash).ok_or_else(|| Error::internal("forgiving attempts to log in", "a hash has no salt"))?;
    let forgiven = sources.into_iter().map(|source| store.forgive_attempts(folded, source, salt, earlier, now));
    try_join_all(forgiven).await.map(drop)
}

/// The counts of an attempt.
struct Tally {
    here: Count,
    /// Whether the attempt was counted among those of all networks.
    anywhere: bool,
    known: bool,
}

async fn read_and_count(
    store: &Store,
    folded: &str,
    source: &Source,
    now: Timestamp,
) -> Result<(Account, Count), Error> {
    tokio::try_join!(store.credentials(folded), store.count_attempt(folded, source, FREE, now))
}

/// Refuses an attempt that comes too soon, or locks its source after it.
async fn refuse_or_lock(
    store: &Store,
    folded: &str,
    source: &Source,
    tally: Tally,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(wait) = wait(&tally, now) {
        take_back(store, folded, source, &tally, now).await?;
        return Err(refused(wait));
    }
    let Count::Full(before) = tally.here else { return Ok(()) };
    let lock = lock(before.count);
    if store.count_last_attempt(folded, source, before.count, now + lock, now).await? {
        return Ok(());
    }
    Err(refused(lock))
}

fn refused(wait: Duration) -> Error {
    let refused = Refusal::rate_limited(wait).into();
    limited(Limit::Logins)(&refused);
    refused
}

/// Undoes the counts of an attempt that is refused, so that it uses up no attempt of the owner, and none of its own
/// source.
async fn take_back(store: &Store, folded: &str, source: &Source, tally: &Tally, now: Timestamp) -> Result<(), Error> {
    if matches!(tally.here, Count::Counted(_)) {
        store.take_attempt_back(folded, source).await?;
    }
    if tally.anywhere {
        store.take_attempt_anywhere_back(folded, now).await?;
    }
    Ok(())
}

fn attempts(count: &Count) -> &Attempts {
    let (Count::Counted(attempts) | Count::Full(attempts)) = count;
    attempts
}

/// Whether a login has succeeded from the source with the present password.
fn is_known(attempts: &Attempts, account: Option<&(User, String)>, now: Timestamp) -> bool {
    let salt = account.and_then(|(_, hash)| salt(hash));
    attempts.known_until > now.millis() && salt.is_some_and(|salt| attempts.known_by.contains(salt))
}

/// Returns the end of a lock that has not ended.
fn locked_until(count: &Count, now: Timestamp) -> Option<Timestamp> {
    let locked_until = attempts(count).locked_until;
    (matches!(count, Count::Full(_)) && locked_until > now.millis()).then(|| Timestamp::from_millis(locked_until))
}

/// Returns the wait before the next attempt if this one is refused.
fn wait(tally: &Tally, now: Timestamp) -> Option<Duration> {
    if let Some(locked_until) = locked_until(&tally.here, now) {
        return Some(locked_until.since(now));
    }
    (!tally.anywhere && !tally.known).then(|| Duration::from_secs(60 - now.seconds() % 60))
}

/// Returns the duration of the lock after an attempt that follows `before` attempts in a row.
fn lock(before: u64) -> Duration {
    let doublings = u32::try_from(before.saturating_sub(FREE)).unwrap_or(u32::MAX);
    FIRST_LOCK.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_LOCK)
}

#[cfg(test)]
mod tests;
