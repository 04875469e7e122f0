//! The time of a function from its start to its first answer, and its size.

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

/// The number of events after which a function is warm.
const WARM_UP: u64 = 5;

/// A function's start. Times are medians, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct ColdStart {
    /// The function, by its label.
    pub function: String,
    /// The time from the process's start to its first request for an event.
    pub first_poll: f64,
    /// The longest of these times.
    pub first_poll_max: f64,
    /// The time from the process's start to its first answer. Its event is ready before.
    pub first_answer: f64,
    /// The longest of these times.
    pub first_answer_max: f64,
    /// The processor time of an event in a warm function, user and system time, in microseconds: the mean of as many
    /// events as there were starts.
    pub event: f64,
    /// The peak memory of the process after its first answer, in kilobytes.
    pub peak_memory: u64,
    /// The size of the executable, in bytes.
    pub binary: u64,
    /// The size of the uploaded archive, in bytes.
    pub zip: u64,
}

/// Starts each function this number of times.
///
/// # Errors
/// If one fails.
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

/// Returns the mean processor time of this number of events, in microseconds.
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

/// Returns the size of an archive with this file alone.
fn zipped(executable: &Path) -> Result<u64> {
    let file = tempfile::tempfile().context("packing an executable")?;
    let mut archive = ZipWriter::new(file);
    archive.start_file("bootstrap", SimpleFileOptions::default())?;
    io::copy(&mut File::open(executable)?, &mut archive)?;
    Ok(archive.finish()?.metadata()?.len())
}

/// Returns the table in Markdown.
#[must_use]
pub fn table(starts: &[ColdStart]) -> String {
    let mut table = "| function | first poll ms | max | first answer ms | max | warm event CPU µs | memory MB \
                     | binary MB | zip MB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
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
