//! Many sockets that open, with several concurrent handshakes.

use std::time::Instant;

use anyhow::Result;
use futures_util::{StreamExt as _, stream};

use crate::{
    client::Client,
    cpu::Cpu,
    progress::Progress,
    report::{Latency, Report, Step},
    socket::{self, micros},
    target::Target,
};

/// The number of sockets of each user: as many as a user may have.
const EACH: usize = 16;

/// Opens and closes this number of sockets, once for each number of concurrent handshakes.
///
/// # Errors
/// If a user cannot register.
pub async fn run(target: &Target, sockets: usize, at_once: &[usize]) -> Result<Report> {
    let client = Client::new(target)?;
    let mut steps = Vec::new();
    for &at_once in at_once {
        // New users each time, because the sockets of the previous step may still be closing.
        let people = client.people(sockets.div_ceil(EACH)).await?;
        let room = client.room(&people).await?;
        let before = Cpu::now(target.process());
        let begun = Instant::now();
        let progress = Progress::new(&format!("sockets, {at_once} handshakes at once"), sockets);
        let opened: Vec<_> = stream::iter(people.iter().cycle().take(sockets))
            .map(|person| {
                let progress = &progress;
                async move {
                    let begun = Instant::now();
                    let socket = socket::open(target, person, Some(room)).await;
                    progress.step();
                    socket.map(|socket| (socket, micros(begun.elapsed())))
                }
            })
            .buffer_unordered(at_once)
            .collect()
            .await;
        let seconds = begun.elapsed().as_secs_f64();
        let cpu = Cpu::now(target.process()).since(&before);
        let latencies: Vec<_> = opened.iter().flatten().map(|(_, latency)| *latency).collect();
        let done = latencies.len();
        steps.push(Step {
            load: format!("{sockets} sockets, {at_once} handshakes at once"),
            done: done as u64,
            per_second: done as f64 / seconds,
            lost: (sockets - done) as u64,
            latency: Latency::of(latencies),
            cpu,
            ..Step::default()
        });
    }
    Ok(Report { scenario: "connect".to_owned(), unit: "handshakes", steps })
}
