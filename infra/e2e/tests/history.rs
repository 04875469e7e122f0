//! Promises are kept under faults: a crowd chats, and its history is checked against them.
//!
//! The long run is an example: `cargo run --release --example faults -- --operations 100000`.
#![allow(clippy::print_stderr, reason = "the output of a failed run has its faults")]

use std::{collections::BTreeMap, env, time::Duration};

use e2e::{Chronicle, Crowd, Faults, Server, Tally};
use history::{Outcome, Violation, check};

const OPERATIONS: usize = 400;
/// The number of violations of each rule that are printed.
const SHOWN: usize = 5;

fn crowd(seed: u64) -> Crowd {
    Crowd {
        seed,
        operations: OPERATIONS,
        rooms: 6,
        members: 4,
        houses: 2,
        // As many operations as the scripts of the houses take time for.
        pause: Duration::from_secs(3),
        lifetime: Duration::from_secs(12),
        // Shorter than `GOES_ON_FOR`, which is safe for a dozen leaves: one in a hundred is delivered twice.
        away: [Duration::from_secs(6), Duration::from_secs(8)],
    }
}

fn assert_kept(seed: u64, chronicle: &Chronicle) {
    let Chronicle { history, faults } = chronicle;
    eprintln!("seed {seed}: {faults:?}");
    let violations = check(history);
    let shown: Vec<String> = first_of_each(&violations).map(ToString::to_string).collect();
    assert!(violations.is_empty(), "seed {seed}: {} violations\n{}", violations.len(), shown.join("\n"));
    assert!(!history.pushes.is_empty() && !history.listings.is_empty(), "somebody has heard and read something");
    let tally = Tally::of(history);
    eprintln!("{tally}");
    assert_eq!(tally.missing(), [""; 0], "each kind of operation was acknowledged");
    assert!(!history.quotes.is_empty(), "somebody has read an answer");
    assert!(!history.links.is_empty(), "somebody has deleted a picture");
    let refused = history.sends.iter().any(|sent| matches!(sent.outcome, Outcome::Refused));
    assert!(refused, "somebody has sent to a room that they had left");
    assert!(!history.blocks.is_empty(), "somebody has blocked another");
    assert!(!history.gone.is_empty(), "rooms were deleted");
}

/// The first violations of each rule.
fn first_of_each(violations: &[Violation]) -> impl Iterator<Item = &Violation> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    violations.iter().filter(move |violation| {
        let count = counts.entry(violation.rule).or_default();
        *count += 1;
        *count <= SHOWN
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_day_leaves_no_hole() {
    let Some(server) = Server::local("it would fill a deployed system with its crowd").start().await else { return };
    let chronicle = crowd(1).chats(&server, Faults::None, |_| {}).await;
    assert_kept(1, &chronicle);
}

/// With `SKEW` set, clocks differ too: `infra/scripts/skewed-clocks` sets it, because this needs `libfaketime`.
#[tokio::test(flavor = "multi_thread")]
async fn promises_are_kept_while_everything_breaks() {
    let Some(server) = Server::local("it breaks the system").faults().start().await else { return };
    let faults = if env::var_os("SKEW").is_some() { Faults::AllWithSkew } else { Faults::All };
    let chronicle = crowd(2).chats(&server, faults, |_| {}).await;
    assert_kept(2, &chronicle);
    for (fault, fired) in &chronicle.faults {
        assert!(*fired > 0, "{fault} has never struck: {:?}", chronicle.faults);
    }
}
