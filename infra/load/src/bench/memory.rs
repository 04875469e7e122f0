//! What a memory size buys. Lambda gives a function a share of a processor with its memory, and bills both together: what is
//! cheapest, and how long that takes, can be measured only.
//!
//! AWS Lambda Developer Guide, "Configure Lambda function memory": at 1,769 MB, a function has one vCPU.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::time::sleep;

use super::{instance::Instance, world::World};
use crate::{price, progress::Progress};

/// Megabytes.
const SIZES: [u32; 5] = [128, 256, 512, 1024, WHOLE];
const WHOLE: u32 = 1769;
/// The shares are of so many microseconds each.
const PERIOD: u32 = 20_000;
const WARM_UP: u64 = 3;
/// With all sizes together, no more messages than one sender may send at once.
const EVENTS: u64 = 7;
/// How many sockets one message goes to, in a row of its own.
const SOCKETS: u64 = 100;
const CONTROLLER: &str = "/sys/fs/cgroup/cpu";

/// What one function takes.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The function, and what it is given to do where that is special.
    pub function: String,
    /// By size, the smallest first.
    pub sizes: Vec<Size>,
}

/// An event with one memory size.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Size {
    /// Of memory.
    pub megabytes: u32,
    /// The median.
    pub milliseconds: f64,
    /// Of a million such events, for Lambda alone.
    pub dollars: f64,
}

/// Measures every function with every size.
///
/// # Errors
/// Where one fails, or nobody may be given a share of a processor here.
pub async fn run(directory: &Path) -> Result<Vec<Measured>> {
    let functions: Vec<String> = World::empty(directory).await?.functions().map(str::to_owned).collect();
    let progress = Progress::new("functions measured", functions.len() + 1);
    let events = (WARM_UP + EVENTS) * SIZES.len() as u64;
    let mut measured = Vec::new();
    for function in functions {
        let world = World::for_events(directory, &function, events).await?;
        measured.push(Measured { sizes: sizes(&world, &function).await?, function });
        progress.step();
    }
    let world = World::with_people(directory, SOCKETS, "message", events).await?;
    let function = format!("message to {SOCKETS} sockets");
    measured.push(Measured { sizes: sizes(&world, "message").await?, function });
    progress.step();
    Ok(measured)
}

async fn sizes(world: &World, function: &str) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    let mut number = 0;
    for megabytes in SIZES {
        let share = Share::new(megabytes)?;
        let mut instance = world.start(function, &[], &[]).await?;
        instance.polls().await?;
        // A start has a whole processor.
        share.give_to(&instance)?;
        let mut times = Vec::new();
        for _ in 0..WARM_UP + EVENTS {
            let event = world.event(function, number)?;
            number += 1;
            // Events come one by one, with a share that nothing has been taken from.
            sleep(2 * Duration::from_micros(PERIOD.into())).await;
            let begun = Instant::now();
            instance.answers(&event).await.with_context(|| function.to_owned())?;
            times.push(begun.elapsed());
            instance.polls().await?;
        }
        instance.end().await?;
        sizes.push(Size::of(megabytes, times.split_off(usize::try_from(WARM_UP)?)));
    }
    Ok(sizes)
}

impl Size {
    fn of(megabytes: u32, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let milliseconds = times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1000.0;
        let gigabyte_seconds = milliseconds.ceil() / 1000.0 * f64::from(megabytes) / 1024.0;
        Self { megabytes, milliseconds, dollars: price::INVOCATION + gigabyte_seconds * price::GIGABYTE_SECOND }
    }
}

/// A share of a processor. Dropped when nobody has it any more.
struct Share(PathBuf);

impl Share {
    fn new(megabytes: u32) -> Result<Self> {
        let directory = Path::new(CONTROLLER).join(format!("load-{}-{megabytes}", std::process::id()));
        fs::create_dir(&directory).with_context(|| {
            format!("shares of a processor need cgroup v1, and the rights to make a group in {CONTROLLER}")
        })?;
        let share = Self(directory);
        share.write("cpu.cfs_period_us", PERIOD)?;
        share.write("cpu.cfs_quota_us", PERIOD * megabytes / WHOLE)?;
        Ok(share)
    }

    fn give_to(&self, instance: &Instance) -> Result<()> {
        self.write("cgroup.procs", instance.process().context("a function runs")?)
    }

    fn write(&self, file: &str, value: u32) -> Result<()> {
        let file = self.0.join(file);
        fs::write(&file, value.to_string()).with_context(|| file.display().to_string())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // An empty group that stays does no harm.
        let _ = fs::remove_dir(&self.0);
    }
}

/// The table, as Markdown has it: milliseconds, and dollars per million.
#[must_use]
pub fn table(measured: &[Measured]) -> String {
    let mut table = "| function |".to_owned();
    for megabytes in SIZES {
        let _ = write!(table, " {megabytes} MB ms | $ |");
    }
    let _ = writeln!(table, "\n|---|{}", "--:|--:|".repeat(SIZES.len()));
    for Measured { function, sizes } in measured {
        let _ = write!(table, "| {function} |");
        for Size { milliseconds, dollars, .. } in sizes {
            let _ = write!(table, " {milliseconds:.1} | {dollars:.2} |");
        }
        table.push('\n');
    }
    table
}
