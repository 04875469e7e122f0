//! Two limits that slow the guessing of passwords.
//!
//! One limit is for a network and a name: nine wrong passwords in a row are free, and each further one locks the
//! network out of the name for longer, so that guessers lock out themselves. The other limit is for a name: it bounds
//! the attempts in a minute from all networks together. It does not hold for a network from which a login with the name
//! has succeeded, so that the owner gets in while others guess.

use std::time::Duration;

use domain::{Error, Network, Refusal, Timestamp};
use store::{Attempts, Count};

use crate::{
    Chat,
    metrics::{Limit, limited},
    now,
};

/// The number of wrong passwords in a row after which there is no lock.
const FREE: u64 = 9;
/// The duration of the first lock. Each further wrong password doubles it.
const FIRST_LOCK: Duration = Duration::from_secs(30);
const LONGEST_LOCK: Duration = Duration::from_mins(15);
/// The number of attempts with a name in a minute from all networks that are not known. In a day these are 28,800, some
/// more than the list of the most common passwords is long, which `domain` does not allow.
const ANYWHERE_A_MINUTE: u64 = 20;
/// The time for which a network is known after a login.
const KNOWN_FOR: Duration = Duration::from_hours(30 * 24);

/// Counts an attempt before the password is verified.
///
/// # Errors
/// `RateLimited`: the password must not be verified.
pub(crate) async fn count(chat: &Chat, folded: &str, network: Network) -> Result<(), Error> {
    let now = now();
    let (here, anywhere) = tokio::try_join!(
        chat.store.count_attempt(folded, network, FREE, now),
        chat.store.count_attempt_anywhere(folded, ANYWHERE_A_MINUTE, now),
    )?;
    if let Some(wait) = wait(here, anywhere, now) {
        take_back(chat, folded, network, (here, anywhere), now).await?;
        return Err(refused(wait));
    }
    let Count::Full(before) = here else { return Ok(()) };
    let lock = lock(before.count);
    if chat.store.count_last_attempt(folded, network, before, now + lock, now).await? {
        return Ok(());
    }
    Err(refused(lock))
}

fn refused(wait: Duration) -> Error {
    let refused = Refusal::rate_limited(wait).into();
    limited(Limit::Logins)(&refused);
    refused
}

/// Deletes the count of failed attempts after one that succeeded, and makes the network known.
pub(crate) async fn forgive(chat: &Chat, folded: &str, network: Network) -> Result<(), Error> {
    chat.store.forgive_attempts(folded, network, now() + KNOWN_FOR).await
}

/// Undoes the counts of an attempt that is refused, so that it uses up no attempt of the owner, and none of its own
/// network.
async fn take_back(
    chat: &Chat,
    folded: &str,
    network: Network,
    (here, anywhere): (Count, bool),
    now: Timestamp,
) -> Result<(), Error> {
    if matches!(here, Count::Counted(_)) {
        chat.store.take_attempt_back(folded, network).await?;
    }
    if anywhere {
        chat.store.take_attempt_anywhere_back(folded, now).await?;
    }
    Ok(())
}

/// Returns the wait before the next attempt if this one is refused.
fn wait(here: Count, anywhere: bool, now: Timestamp) -> Option<Duration> {
    let (Count::Counted(attempts) | Count::Full(attempts)) = here;
    let Attempts { locked_until, known_until, .. } = attempts;
    if matches!(here, Count::Full(_)) && locked_until > now.millis() {
        return Some(Timestamp::from_millis(locked_until).since(now));
    }
    let known = known_until > now.millis();
    (!anywhere && !known).then(|| Duration::from_secs(60 - now.seconds() % 60))
}

/// Returns the duration of the lock after an attempt that follows `before` attempts in a row.
fn lock(before: u64) -> Duration {
    let doublings = u32::try_from(before.saturating_sub(FREE)).unwrap_or(u32::MAX);
    FIRST_LOCK.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_LOCK)
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
    fn a_network_waits_for_its_own_lock_and_a_strange_one_for_the_next_minute() {
        let now = Timestamp::from_millis(1_800_000_015_000);
        let later = now.millis() + 7_000;
        let locked = Attempts { locked_until: later, ..Attempts::default() };
        let known = Attempts { known_until: later, ..Attempts::default() };
        let seconds = |here, anywhere| wait(here, anywhere, now).map(|wait| wait.as_secs());
        assert_eq!(seconds(Count::Counted(Attempts::default()), true), None);
        assert_eq!(seconds(Count::Counted(Attempts::default()), false), Some(45));
        assert_eq!(seconds(Count::Counted(known), false), None);
        assert_eq!(seconds(Count::Full(known), false), None);
        assert_eq!(seconds(Count::Full(locked), true), Some(7));
        assert_eq!(seconds(Count::Full(Attempts::default()), false), Some(45));
    }
}
