//! The instructions of a function: of its start, and of one event when it is warm. Valgrind's callgrind counts them, so
//! that the load of the machine does not matter.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use harness::workspace;
use serde::{Deserialize, Serialize};

use super::{scene::Scene, world::World};
use crate::progress::Progress;

/// The number of functions that are counted concurrently.
const AT_ONCE: usize = 2;
/// The first events, which open the connections that the later ones use. Opening a connection takes a quarter of the
/// instructions of an event, and chance decides whether another one is opened, so that six more events are averaged.
const COLD: u64 = 3;
const WARM: u64 = 9;
/// The certificate authorities that the functions trust: Debian's. Lambda's system has as many, in another place.
const TRUSTED: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The number of tries: on a busy machine, and much slower under valgrind, a function's own timeouts may end it.
const ATTEMPTS: u32 = 3;
/// The accepted increase over the baseline, in percent.
const TOLERANCE: u64 = 5;

/// Instructions of one function.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Instructions {
    /// The instructions from the process's start to its first request for an event.
    pub start: u64,
    /// The instructions of one event in a warm function.
    pub event: u64,
}

/// The instructions, by function.
pub type Counted = BTreeMap<String, Instructions>;

/// The counts with which later counts are compared.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Baseline {
    /// The compiler of the functions: another one makes other instructions of the same source.
    pub compiler: String,
    /// The counts.
    pub functions: Counted,
}

/// Returns the version of this workspace's compiler.
///
/// # Errors
/// If `rustc` cannot be run.
pub fn compiler() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").current_dir(workspace()).output().context("starting rustc")?;
    Ok(String::from_utf8(output.stdout).context("reading rustc's version")?.trim().to_owned())
}

/// The file of the baseline.
#[must_use]
pub fn baseline() -> PathBuf {
    workspace().join("infra/load/instructions.json")
}

/// Counts the functions in a directory of executables: the named ones, or all. Writes callgrind's profiles into another
/// directory, if one is given.
///
/// # Errors
/// If one fails, or valgrind is missing.
pub async fn count(directory: &Path, only: &[String], profiles: Option<&Path>) -> Result<Counted> {
    let all = World::new(directory).await?;
    let wanted = all.functions().filter(|function| only.is_empty() || only.iter().any(|only| only == function));
    let functions: Vec<String> = wanted.map(str::to_owned).collect();
    let progress = Progress::new("functions counted", functions.len());
    let scratch = tempfile::tempdir().context("making a directory")?;
    let profiles = profiles.unwrap_or(scratch.path());
    // The loader of certificates reads every file of its directory. This one does not exist.
    let nowhere = scratch.path().join("nowhere");
    let counted = stream::iter(functions).map(|function| {
        let (progress, nowhere) = (&progress, nowhere.as_path());
        async move {
            let mut counts = counts(directory, &function, profiles, nowhere).await;
            for _ in 1..ATTEMPTS {
                if counts.is_err() {
                    counts = self::counts(directory, &function, profiles, nowhere).await;
                }
            }
            progress.step();
            Ok::<_, anyhow::Error>((function, counts?))
        }
    });
    counted.buffer_unordered(AT_ONCE).try_collect().await
}

async fn counts(directory: &Path, function: &str, profiles: &Path, nowhere: &Path) -> Result<Instructions> {
    let scene = Scene::new(directory, function, COLD + WARM).await?;
    let mut counts = [0; 3];
    for (count, events) in counts.iter_mut().zip([0..0, 0..COLD, COLD..COLD + WARM]) {
        let profile = profiles.join(format!("{function}.{}", events.end - events.start));
        *count = served(&scene, function, events, &profile, nowhere).await?;
    }
    let [start, cold, warm] = counts;
    Ok(Instructions { start, event: warm.saturating_sub(cold) / (WARM - COLD) })
}

/// Counts the functions that seem worse than the baseline again, up to this number of times, and keeps the smaller
/// counts. Chance decides how often a function is woken for one answer, and whether a call finds a connection that
/// another has just left. On a busy machine, the first call of a process may also time out under valgrind and be made
/// twice.
///
/// # Errors
/// If one fails.
pub async fn recount(directory: &Path, baseline: &Counted, counted: &mut Counted, times: u32) -> Result<()> {
    for _ in 0..times {
        let suspects: Vec<_> = counted
            .iter()
            .filter(|(name, counted)| {
                baseline.get(*name).is_none_or(|baseline| !worse_than(*baseline, **counted).is_empty())
            })
            .map(|(name, _)| name.clone())
            .collect();
        if suspects.is_empty() {
            break;
        }
        for (function, again) in count(directory, &suspects, None).await? {
            let best = counted.entry(function).or_insert(again);
            *best = Instructions { start: best.start.min(again.start), event: best.event.min(again.event) };
        }
    }
    Ok(())
}

/// Counts all functions again and keeps the larger counts: the baseline includes the additions of chance, because
/// checks keep the smaller counts.
///
/// # Errors
/// If one fails.
pub async fn confirm(directory: &Path, counted: &mut Counted) -> Result<()> {
    for (function, again) in count(directory, &[], None).await? {
        let most = counted.entry(function).or_insert(again);
        *most = Instructions { start: most.start.max(again.start), event: most.event.max(again.event) };
    }
    Ok(())
}

/// Returns the instructions of one process, from its start until it has served these events and asks for another one.
async fn served(scene: &Scene, function: &str, events: Range<u64>, profile: &Path, nowhere: &Path) -> Result<u64> {
    let valgrind = ["valgrind", "--tool=callgrind", &format!("--callgrind-out-file={}", profile.display())];
    let trust = [("SSL_CERT_FILE", TRUSTED), ("SSL_CERT_DIR", &nowhere.display().to_string())];
    let mut instance = scene.world.start(function, &valgrind.map(str::to_owned), &trust).await?;
    instance.polls().await.context("under valgrind, which must be installed")?;
    for number in events {
        instance.answers(&scene.event(function, number)?).await.with_context(|| function.to_owned())?;
        instance.polls().await?;
    }
    instance.end().await?;
    let profile = fs::read_to_string(profile).context("reading valgrind's profile")?;
    let total = profile.lines().find_map(|line| line.strip_prefix("totals:"));
    total
        .and_then(|total| total.trim().parse().ok())
        .with_context(|| format!("valgrind's profile of {function} has no total"))
}

/// The counts that exceed the baseline by more than the tolerance: their name, the baseline, and the count.
fn worse_than(before: Instructions, now: Instructions) -> Vec<(&'static str, u64, u64)> {
    let both = [("start", before.start, now.start), ("event", before.event, now.event)];
    both.into_iter().filter(|(_, before, now)| now * 100 > before * (100 + TOLERANCE)).collect()
}

/// Returns a line for each count that exceeds the baseline by more than the tolerance.
#[must_use]
pub fn worse(baseline: &Counted, counted: &Counted) -> Vec<String> {
    let mut lines = Vec::new();
    for (function, now) in counted {
        let Some(before) = baseline.get(function) else {
            lines.push(format!("{function} is not in the baseline"));
            continue;
        };
        for (what, before, now) in worse_than(*before, *now) {
            let percent = (now * 100).div_ceil(before.max(1)) - 100;
            lines.push(format!("{function}: {what} takes {now} instructions, {percent} % more than {before}"));
        }
    }
    lines
}

/// Returns the table in Markdown, in millions.
#[must_use]
pub fn table(counted: &Counted) -> String {
    let mut table = "| function | start | event |\n|---|--:|--:|\n".to_owned();
    for (function, Instructions { start, event }) in counted {
        let millions = |count: u64| count as f64 / 1e6;
        let _ = writeln!(table, "| {function} | {:.2} | {:.2} |", millions(*start), millions(*event));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_twentieth_more_is_worse() {
        let counted = |start, event| Counted::from([("login".to_owned(), Instructions { start, event })]);
        assert_eq!(worse(&counted(100, 100), &counted(105, 80)), [""; 0]);
        let found = worse(&counted(100, 1_000), &counted(106, 1_051));
        let expected = [
            "login: start takes 106 instructions, 6 % more than 100",
            "login: event takes 1051 instructions, 6 % more than 1000",
        ];
        assert_eq!(found, expected);
        assert_eq!(worse(&Counted::new(), &counted(1, 1)), ["login is not in the baseline"]);
    }
}
