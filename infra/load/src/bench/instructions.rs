//! How many instructions a function takes: to start, and to serve one event when it is warm. Counted by valgrind's callgrind,
//! so that it is the same however busy the machine is.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::world::World;
use crate::{progress::Progress, target::workspace};

/// How many functions are counted at once.
const AT_ONCE: usize = 2;
/// The first event makes what the later ones use: those after it are warm.
const COLD: u64 = 1;
const WARM: u64 = 4;
/// Whom the functions trust: what Debian does. Lambda's system has it elsewhere, and as many.
const TRUSTED: &str = "/etc/ssl/certs/ca-certificates.crt";
/// How much more than the baseline is too much, in percent.
const TOLERANCE: u64 = 5;

/// Instructions of one function.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Instructions {
    /// From the process's start to its first request for an event.
    pub start: u64,
    /// For one event, when it is warm.
    pub event: u64,
}

/// By function.
pub type Counted = BTreeMap<String, Instructions>;

/// Where the baseline is.
#[must_use]
pub fn baseline() -> PathBuf {
    workspace().join("infra/load/instructions.json")
}

/// Counts every function in a directory of executables.
///
/// # Errors
/// Where one fails, or there is no valgrind.
pub async fn count(directory: &Path) -> Result<Counted> {
    let functions: Vec<String> = World::empty(directory).await?.functions().map(str::to_owned).collect();
    let progress = Progress::new("functions counted", functions.len());
    let nowhere = tempfile::tempdir().context("making a directory")?;
    let counted = stream::iter(functions).map(|function| {
        let (progress, nowhere) = (&progress, nowhere.path());
        async move {
            let world = World::for_events(directory, &function, COLD + WARM).await?;
            let [start, first, last] = [
                served(&world, &function, 0..0, nowhere).await?,
                served(&world, &function, 0..COLD, nowhere).await?,
                served(&world, &function, COLD..COLD + WARM, nowhere).await?,
            ];
            progress.step();
            Ok::<_, anyhow::Error>((function, Instructions { start, event: (last - first) / (WARM - COLD) }))
        }
    });
    counted.buffer_unordered(AT_ONCE).try_collect().await
}

/// The instructions of one process, from its start until it has served these events and asks for another one.
async fn served(world: &World, function: &str, events: Range<u64>, nowhere: &Path) -> Result<u64> {
    let output = NamedTempFile::new().context("making a file")?;
    let valgrind = ["valgrind", "--tool=callgrind", &format!("--callgrind-out-file={}", output.path().display())];
    // The loader of certificates reads every file of a directory: on any machine the same ones.
    let trust = [("SSL_CERT_FILE", TRUSTED), ("SSL_CERT_DIR", &nowhere.display().to_string())];
    let mut instance = world.start(function, &valgrind.map(str::to_owned), &trust).await?;
    instance.polls().await.context("installing valgrind may help")?;
    for number in events {
        instance.answers(&world.event(function, number)?).await.with_context(|| function.to_owned())?;
        instance.polls().await?;
    }
    instance.end().await?;
    let profile = fs::read_to_string(output.path()).context("reading what valgrind has counted")?;
    let total = profile.lines().find_map(|line| line.strip_prefix("totals:"));
    total
        .and_then(|total| total.trim().parse().ok())
        .with_context(|| format!("valgrind has counted nothing of {function}"))
}

/// What takes more than the baseline by more than the tolerance, a line each.
#[must_use]
pub fn worse(baseline: &Counted, counted: &Counted) -> Vec<String> {
    let mut lines = Vec::new();
    for (function, now) in counted {
        let Some(before) = baseline.get(function) else {
            lines.push(format!("{function} is not in the baseline"));
            continue;
        };
        for (what, before, now) in [("start", before.start, now.start), ("event", before.event, now.event)] {
            if now * 100 > before * (100 + TOLERANCE) {
                let percent = (now * 100).div_ceil(before.max(1)) - 100;
                lines.push(format!("{function}: {what} takes {now} instructions, {percent} % more than {before}"));
            }
        }
    }
    lines
}

/// The table, as Markdown has it, in millions.
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
