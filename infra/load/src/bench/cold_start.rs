//! How long a function takes from nothing to its first answer, and how large it is.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io,
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, Result};
use serde::Serialize;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{scene::Scene, world::World};
use crate::progress::Progress;

/// How many events a function serves before it is warm.
const WARM_UP: u64 = 5;

/// A function's start. Times are medians, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct ColdStart {
    /// The function, by its label.
    pub function: String,
    /// From the process's start to its first request for an event.
    pub first_poll: f64,
    /// The longest of them.
    pub first_poll_max: f64,
    /// From the process's start to its first answer; its event waits for it.
    pub first_answer: f64,
    /// The longest of them.
    pub first_answer_max: f64,
    /// Processor time of an event when the function is warm, the system's part of it included, in microseconds: the mean of
    /// as many events as there were starts.
    pub event: f64,
    /// Kilobytes that the process has had at most, when it had answered.
    pub peak_memory: u64,
    /// Bytes of the executable.
    pub binary: u64,
    /// Bytes of the archive that is uploaded.
    pub zip: u64,
}

/// Starts each function so many times.
///
/// # Errors
/// Where one fails.
pub async fn run(directory: &Path, runs: u64) -> Result<Vec<ColdStart>> {
    let functions: Vec<String> = World::new(directory).await?.functions().map(str::to_owned).collect();
    let progress = Progress::new("functions started", functions.len());
    let mut starts = Vec::new();
    for function in functions {
        starts.push(start(directory, function, runs).await?);
        progress.step();
    }
    Ok(starts)
}

async fn start(directory: &Path, function: String, runs: u64) -> Result<ColdStart> {
    let scene = Scene::new(directory, &function, runs * 2 + WARM_UP).await?;
    let (mut polls, mut answers, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..runs {
        let event = scene.event(&function, number)?;
        let mut instance = scene.world.start(&function, &[], &[]).await?;
        polls.push(instance.polls().await?);
        let (_, answered) = instance.answers(&event).await.with_context(|| function.clone())?;
        answers.push(answered);
        memory.extend(instance.peak_memory());
    }
    let event = warm(&scene, &function, runs).await?;
    let executable = scene.world.executable(&function)?;
    Ok(ColdStart {
        first_poll: median(&mut polls),
        first_poll_max: longest(&polls),
        first_answer: median(&mut answers),
        first_answer_max: longest(&answers),
        event,
        peak_memory: memory.into_iter().max().unwrap_or_default(),
        binary: fs::metadata(executable).context("looking at an executable")?.len(),
        zip: zipped(executable)?,
        function,
    })
}

/// The mean processor time of so many events, in microseconds.
async fn warm(scene: &Scene, function: &str, runs: u64) -> Result<f64> {
    let mut instance = scene.world.start(function, &[], &[]).await?;
    instance.polls().await?;
    let mut before = Duration::ZERO;
    for number in runs..runs * 2 + WARM_UP {
        if number == runs + WARM_UP {
            before = instance.processor_time();
        }
        instance.answers(&scene.event(function, number)?).await.with_context(|| function.to_owned())?;
        instance.polls().await?;
    }
    Ok(instance.processor_time().saturating_sub(before).as_secs_f64() * 1e6 / runs as f64)
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, milliseconds)
}

fn longest(times: &[Duration]) -> f64 {
    times.iter().max().map_or(0.0, milliseconds)
}

fn milliseconds(time: &Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The size of an archive with nothing but this file.
fn zipped(executable: &Path) -> Result<u64> {
    let file = tempfile::tempfile().context("packing an executable")?;
    let mut archive = ZipWriter::new(file);
    archive.start_file("bootstrap", SimpleFileOptions::default())?;
    io::copy(&mut File::open(executable)?, &mut archive)?;
    Ok(archive.finish()?.metadata()?.len())
}

/// The table, as Markdown has it.
#[must_use]
pub fn table(starts: &[ColdStart]) -> String {
    let mut table = "| function | first poll ms | max | first answer ms | max | warm event CPU µs | memory MB | binary MB | zip MB |\n\
                     |---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for start in starts {
        let ColdStart { function, first_poll, first_poll_max, first_answer, first_answer_max, .. } = start;
        let _ = writeln!(
            table,
            "| {function} | {first_poll:.1} | {first_poll_max:.1} | {first_answer:.1} | {first_answer_max:.1} | {:.0} \
             | {:.1} | {:.2} | {:.2} |",
            start.event,
            start.peak_memory as f64 / 1024.0,
            start.binary as f64 / 1e6,
            start.zip as f64 / 1e6,
        );
    }
    table
}
