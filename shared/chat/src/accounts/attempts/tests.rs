use std::collections::HashMap;

use domain::Username;
use proptest::{
    collection::vec,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::*;

const HASH: &str = "$argon2id$salt$hash";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_015_000);

#[test]
fn the_tenth_attempt_locks_and_each_further_one_for_longer() {
    let seconds = |before| lock(before).as_secs();
    assert_eq!([9, 10, 13, 14, 99, u64::MAX].map(seconds), [30, 60, 480, 900, 900, 900]);
}

#[test]
fn a_source_waits_for_its_own_lock_and_a_strange_network_for_the_next_minute() {
    let locked = Attempts { locked_until: NOW.millis() + 7_000, ..Attempts::default() };
    let seconds = |here, anywhere, known| wait(&Tally { here, anywhere, known }, NOW).map(|wait| wait.as_secs());
    let (counted, full) = (Count::Counted(Attempts::default()), Count::Full(Attempts::default()));
    assert_eq!(seconds(counted.clone(), true, false), None);
    assert_eq!(seconds(counted.clone(), false, false), Some(45));
    assert_eq!(seconds(counted, false, true), None);
    assert_eq!(seconds(full.clone(), false, true), None);
    assert_eq!(seconds(Count::Full(locked), true, true), Some(7));
    assert_eq!(seconds(full, false, false), Some(45));
}

#[test]
fn a_source_is_known_for_a_time_and_by_the_present_password() {
    let user = User { id: 1.try_into().unwrap(), username: Username::parse("ann").unwrap() };
    let account = |hash: &str| Some((user.clone(), hash.to_owned()));
    let known = Attempts { known_until: NOW.millis() + 1, known_by: ["salt".to_owned()].into(), ..Attempts::default() };
    let is_known = |attempts: &Attempts, account: Option<_>| super::is_known(attempts, account.as_ref(), NOW);
    assert!(is_known(&known, account(HASH)));
    assert!(!is_known(&known, account("$argon2id$another$hash")));
    assert!(!is_known(&known, None));
    assert!(!is_known(&Attempts { known_until: NOW.millis(), ..known.clone() }, account(HASH)));
    assert!(!is_known(&known, account("no salt")));
}

/// The sources of wrong passwords in the property below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Guesser {
    /// A device of the owner.
    Tablet,
    /// A device of before the last password, in the owner's network.
    Former,
    /// A network of the owner, with its other people.
    Known,
    /// A network of before the last password, or one from which nobody has logged in.
    Strange(u8),
    /// A session of the owner, which changes the password.
    Session,
}

const GUESSERS: [Guesser; 7] = [
    Guesser::Tablet,
    Guesser::Former,
    Guesser::Known,
    Guesser::Strange(1),
    Guesser::Strange(2),
    Guesser::Strange(3),
    Guesser::Session,
];

/// The limits, as [limits](../../../../../infra/docs/limits.md) describes them.
#[derive(Default)]
struct Limits {
    /// The attempts in a row, and the end of the lock.
    sources: HashMap<Guesser, (u64, Timestamp)>,
    minutes: HashMap<u64, u64>,
}

impl Limits {
    fn allow(&mut self, guesser: Guesser, now: Timestamp) -> bool {
        let is_locked = self.sources.get(&guesser).is_some_and(|(_, locked_until)| *locked_until > now);
        let by = match guesser {
            Guesser::Former => Guesser::Known,
            Guesser::Tablet if is_locked => Guesser::Known,
            guesser => guesser,
        };
        let (count, locked_until) = self.sources.entry(by).or_insert((0, now));
        let minute = self.minutes.entry(now.seconds() / 60).or_default();
        let is_bound = matches!(by, Guesser::Strange(_));
        if *locked_until > now || (is_bound && *minute == ANYWHERE_A_MINUTE) {
            return false;
        }
        if matches!(by, Guesser::Known | Guesser::Strange(_)) {
            *minute = (*minute + 1).min(ANYWHERE_A_MINUTE);
        }
        if *count >= FREE {
            *locked_until = now + lock(*count);
        }
        *count += 1;
        true
    }
}

fn network(last: u8) -> Network {
    Network::of([203, 0, 113, last].into())
}

async fn store() -> Store {
    let store = embedded::store();
    let ann = Username::parse("ann").unwrap();
    let vacancy = store.vacancy(&ann).await.unwrap();
    store.create_user(&ann, vacancy, HASH, NOW).await.unwrap();
    let own = ["phone", "tablet"].map(|id| Source::Device(id.to_owned()));
    forgive(&store, "ann", own.iter().chain([&Source::Network(network(0))]), HASH, EarlierPasswords::Forgotten, NOW)
        .await
        .unwrap();
    let former = [Source::Device("former".to_owned()), Source::Network(network(1))];
    forgive(&store, "ann", &former, "$argon2id$before$hash", EarlierPasswords::Forgotten, NOW).await.unwrap();
    store
}

async fn attempt(store: &Store, guesser: Guesser, now: Timestamp) -> Result<(), Error> {
    let device = |id: &str| Some(id.to_owned());
    match guesser {
        Guesser::Tablet => count(store, "ann", network(0), device("tablet"), now).await.map(drop),
        Guesser::Former => count(store, "ann", network(0), device("former"), now).await.map(drop),
        Guesser::Known => count(store, "ann", network(0), None, now).await.map(drop),
        Guesser::Strange(last) => count(store, "ann", network(last), None, now).await.map(drop),
        Guesser::Session => count_change(store, "ann", "s1", now).await.map(drop),
    }
}

/// Any guesses at any times are allowed as the limits say, and none of them keeps the owner's phone, or another
/// session, from the next attempt.
#[test]
fn guesses_use_up_attempts_of_their_own_source_alone() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let attempts = vec((0..GUESSERS.len(), 0..4_000_u64), 1..80);
    let held = TestRunner::new(config).run(&attempts, |attempts| {
        runtime.block_on(async {
            let (store, mut limits, mut now) = (store().await, Limits::default(), NOW);
            for (index, pause) in attempts {
                let guesser = GUESSERS[index];
                now = now + Duration::from_millis(pause);
                let outcome = attempt(&store, guesser, now).await;
                if !matches!(&outcome, Ok(()) | Err(Error::Refused(Refusal::RateLimited(_)))) {
                    return Err(TestCaseError::fail(format!("{outcome:?}")));
                }
                assert_eq!(outcome.is_ok(), limits.allow(guesser, now), "{guesser:?} at {now}");
            }
            count(&store, "ann", network(0), Some("phone".to_owned()), now).await.unwrap();
            count_change(&store, "ann", "s2", now).await.unwrap();
            Ok(())
        })
    });
    held.unwrap();
}
