//! Lets a crowd chat for long under faults, and checks its history against the promises of the contract.
//!
//! `cargo run --release --example faults -- --operations 100000 --seed 1`; with `--skew` the clocks of functions differ,
//! for which `libfaketime` must be installed, and with `--quiet` nothing fails. It fails if a promise was broken, or if a
//! kind of operation never succeeded. The same seed makes the same crowd and the same random numbers, but the order of
//! events differs from run to run.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its purpose is the report")]

use std::{
    collections::BTreeMap,
    env,
    io::{IsTerminal as _, stderr},
    process::ExitCode,
    time::{Duration, Instant},
};

use e2e::{Chronicle, Crowd, Faults, Server, Tally};
use history::{GOES_ON_FOR, History, check};

/// The number of lines of progress, if stderr is not a terminal.
const LINES: usize = 20;
/// The number of violations of each rule that are printed.
const SHOWN: usize = 20;
/// The number of operations among which each kind happens.
const VARIED: usize = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let number = |name: &str, otherwise: usize| {
        let value = arguments.iter().skip_while(|argument| *argument != name).nth(1);
        value.map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} takes a number")))
    };
    let (operations, seed) = (number("--operations", 100_000), number("--seed", 1) as u64);
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let faults = match (has("--quiet"), has("--skew")) {
        (true, _) => Faults::None,
        (false, true) => Faults::AllWithSkew,
        (false, false) => Faults::All,
    };
    let crowd = Crowd {
        seed,
        operations,
        rooms: number("--rooms", 40),
        members: number("--members", 4),
        houses: number("--houses", 6),
        pause: Duration::from_millis(number("--pause", 200) as u64),
        lifetime: Duration::from_mins(2),
        away: [GOES_ON_FOR, GOES_ON_FOR + Duration::from_secs(5)],
    };
    println!("seed {seed}: {crowd:?}, {faults:?}");
    let Some(server) = Server::local("it breaks the system").faults().start().await else { return ExitCode::FAILURE };
    let begun = Instant::now();
    let mut line = 0;
    let chronicle = crowd.chats(&server, faults, |acknowledged| {
        if stderr().is_terminal() {
            eprint!("\r{acknowledged}/{operations} acknowledged");
        } else if acknowledged >= line {
            eprintln!("{acknowledged}/{operations} acknowledged after {:.0?}", begun.elapsed());
            line += operations / LINES;
        }
    });
    let Chronicle { history, faults } = chronicle.await;
    eprintln!();
    for (fault, fired) in &faults {
        println!("{fault:<18} {fired:>8}");
    }
    let violations = check(&history);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for violation in &violations {
        let count = counts.entry(violation.rule).or_default();
        *count += 1;
        if *count <= SHOWN {
            println!("{violation}");
        }
    }
    for (rule, count) in counts {
        println!("{rule:<32} {count:>8} violations");
    }
    let tally = Tally::of(&history);
    println!("{tally}{}", summary(&history));
    let missing = tally.missing();
    if !missing.is_empty() {
        println!("never acknowledged: {}", missing.join(", "));
    }
    println!("seed {seed}: {} violations after {:.0?}", violations.len(), begun.elapsed());
    let is_varied = missing.is_empty() || operations < VARIED;
    if violations.is_empty() && is_varied { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn summary(history: &History) -> String {
    let stored: usize = history.stored.iter().map(Vec::len).sum();
    let last = |room: &Vec<_>| room.last().map_or(0, |message: &std::sync::Arc<history::Message>| message.sequence);
    let turns: u64 = history.stored.iter().map(last).sum();
    let steps = history.followed.iter().flat_map(|followed| &followed.steps);
    format!(
        "checked: {stored} stored in {} rooms with {} holes; {} pushes, {} pages, {} quotes, {} links that have ended, {} stays, {} resumed views; \
         {} clients have followed changes in {} steps, {} of them anew; {} events of changes; \
         {} direct rooms, {} rooms gone, {} changes of roles, {} of silence, {} of blocks; \
         {} lists of rooms, {} visits, {} signals",
        history.stored.len(),
        turns - stored as u64,
        history.pushes.len(),
        history.listings.len(),
        history.quotes.len(),
        history.links.len(),
        history.stays.len(),
        history.views.len(),
        history.followed.len(),
        steps.clone().count(),
        steps.filter(|step| step.is_anew).count(),
        history.news.len(),
        history.directs.len(),
        history.gone.len(),
        history.roles.len(),
        history.silences.len(),
        history.blocks.len(),
        history.overviews.len(),
        history.visits.len(),
        history.signals.len(),
    )
}
