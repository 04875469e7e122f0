//! More load than the machine sustains: every call must end in success, or in 429 or 503 with `Retry-After`; memory
//! must stay bounded; and acknowledged messages must be stored.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    client::{Answer, Client, Person},
    memory,
    report::{Latency, Report, Step},
    socket::micros,
    target::Target,
};

/// The number of rooms, and of users in each: enough to keep each below their own limit at the sustained rate.
const ROOMS: usize = 16;
const MEMBERS: usize = 4;
/// The number of concurrent senders that measure the sustained rate: as many as a function has instances.
const AT_ONCE: usize = 16;
/// The factor of the overload.
const TIMES: f64 = 5.0;
/// The accepted growth of memory, in bytes, for the instances that start and the requests that wait.
const MORE_MEMORY: u64 = 400 * 1024 * 1024;
/// The statuses with which a system may refuse too many requests.
const TOO_MUCH: [u16; 2] = [429, 503];

/// One call, with its answer and the time that it took.
struct Call {
    text: String,
    room: u64,
    took: Duration,
    answer: Result<Answer>,
}

/// Measures the sustained rate, then offers five times as much.
///
/// # Errors
/// If a call does not end as it should, memory grows, or an acknowledged message is missing.
pub async fn run(target: &Target, duration: Duration) -> Result<Report> {
    let client = Client::new(target)?;
    let people = client.people(ROOMS * MEMBERS).await?;
    let mut senders: Vec<(Person, u64)> = Vec::new();
    for members in people.chunks(MEMBERS) {
        let room = client.room(members).await?;
        senders.extend(members.iter().map(|member| (member.clone(), room)));
    }
    let begun = Instant::now();
    let sustained = closed(&client, &senders, duration).await;
    let rate = successes(&sustained) as f64 / begun.elapsed().as_secs_f64();
    let quiet = memory::of(target.process());

    let begun = Instant::now();
    let watch = Watch::start(target.process());
    let offered = rate * TIMES;
    let overload = open(&client, &senders, duration, offered).await;
    let took = begun.elapsed();
    let peak = watch.peak().await;

    let calls = [sustained, overload];
    let steps = [("sustained", rate, duration), ("five times that", offered, took)];
    let steps =
        steps.into_iter().zip(&calls).map(|((load, offered, duration), calls)| step(load, offered, duration, calls));
    let report = Report { scenario: "overload".to_owned(), unit: "sends", steps: steps.collect() };
    for calls in &calls {
        check(calls)?;
    }
    ensure!(peak < quiet + MORE_MEMORY, "memory has grown from {} MB to {} MB", quiet >> 20, peak >> 20);
    everything_is_there(&client, &senders, &calls).await?;
    Ok(report)
}

/// Sends messages by lanes, each one message after another.
async fn closed(client: &Client, senders: &[(Person, u64)], duration: Duration) -> Vec<Call> {
    let end = Instant::now() + duration;
    let lanes = (0..AT_ONCE).map(|lane| async move {
        let mut calls = Vec::new();
        // The users of a lane take turns, so that each stays below their own limit.
        for (number, (person, room)) in senders.iter().skip(lane).step_by(AT_ONCE).cycle().enumerate() {
            if Instant::now() >= end {
                break;
            }
            calls.push(call(client.clone(), person.clone(), *room, format!("sustained {lane}/{number}")).await);
        }
        calls
    });
    join_all(lanes).await.into_iter().flatten().collect()
}

/// Sends messages at a rate, without waiting for answers.
async fn open(client: &Client, senders: &[(Person, u64)], duration: Duration, rate: f64) -> Vec<Call> {
    let mut clock = interval(Duration::from_secs_f64(1.0 / rate.max(1.0)));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let end = Instant::now() + duration;
    let mut calls = JoinSet::new();
    for (number, (person, room)) in senders.iter().cycle().enumerate() {
        clock.tick().await;
        if Instant::now() >= end {
            break;
        }
        calls.spawn(call(client.clone(), person.clone(), *room, format!("overload {number}")));
    }
    calls.join_all().await
}

async fn call(client: Client, person: Person, room: u64, text: String) -> Call {
    let body = json!({"conversation_id": room, "text": text, "client_id": text});
    let begun = Instant::now();
    let answer = client.ask(Method::POST, "/send-message/", &person.token, Some(&body)).await;
    Call { text, room, took: begun.elapsed(), answer }
}

fn successes(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.is_a_success()).count()
}

impl Call {
    fn is_a_success(&self) -> bool {
        self.answer.as_ref().is_ok_and(|answer| (200..300).contains(&answer.status))
    }

    /// Whether the answer refuses the call and has `Retry-After`.
    fn is_put_off(&self) -> bool {
        let put_off =
            |answer: &Answer| TOO_MUCH.contains(&answer.status) && answer.retry_after.is_some_and(|wait| wait > 0);
        self.answer.as_ref().is_ok_and(put_off)
    }
}

/// Fails if a call has ended other than in success or a refusal with `Retry-After`.
fn check(calls: &[Call]) -> Result<()> {
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    for call in calls.iter().filter(|call| !call.is_a_success() && !call.is_put_off()) {
        let how = match &call.answer {
            Ok(Answer { status, text, retry_after }) => format!("{status}, Retry-After {retry_after:?}: {text}"),
            Err(error) => format!("{error:#}"),
        };
        *others.entry(how).or_default() += 1;
    }
    ensure!(
        others.is_empty(),
        "of {} calls, some ended otherwise than in success, 429 or 503: {others:#?}",
        calls.len()
    );
    Ok(())
}

/// Fails unless every acknowledged message is in its room once.
async fn everything_is_there(client: &Client, senders: &[(Person, u64)], calls: &[Vec<Call>]) -> Result<()> {
    // A call that timed out may have left a hole, and messages after a hole are listed once the hole is final.
    let patience = Instant::now() + Duration::from_secs(30);
    for (reader, room) in senders.iter().step_by(MEMBERS) {
        let acknowledged = calls.iter().flatten().filter(|call| call.room == *room && call.is_a_success());
        let mut missing: HashSet<&str> = acknowledged.map(|call| call.text.as_str()).collect();
        let mut seen = HashSet::new();
        let mut after = 1;
        loop {
            let path = format!("/list-conversation-messages/{room}/?limit=100&after={after}");
            let page = client.call(Method::GET, &path, &reader.token, None).await?;
            let page = page.as_array().context("a page is a list")?;
            for message in page {
                let text = message.get("text").and_then(Value::as_str).context("a message has a text")?;
                ensure!(seen.insert(text.to_owned()), "twice in room {room}: {text}");
                missing.remove(text);
            }
            match page.last() {
                Some(last) => after = crate::client::number(last, "/id")?,
                None if missing.is_empty() || Instant::now() > patience => break,
                None => sleep(Duration::from_secs(1)).await,
            }
        }
        ensure!(missing.is_empty(), "acknowledged in room {room}, and not there: {missing:?}");
    }
    Ok(())
}

fn step(load: &str, offered: f64, duration: Duration, calls: &[Call]) -> Step {
    let done = successes(calls);
    let latencies = calls.iter().filter(|call| call.is_a_success()).map(|call| micros(call.took)).collect();
    Step {
        load: format!(
            "{load}: {offered:.0} sends/s, {} put off",
            calls.iter().filter(|call| call.is_put_off()).count()
        ),
        offered,
        done: done as u64,
        per_second: done as f64 / duration.as_secs_f64(),
        lost: 0,
        latency: Latency::of(latencies),
        ..Step::default()
    }
}

/// Samples the memory of a system.
struct Watch {
    ends: Arc<AtomicBool>,
    peak: tokio::task::JoinHandle<u64>,
}

impl Watch {
    fn start(process: Option<u32>) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&ends);
        let peak = tokio::spawn(async move {
            let mut peak = 0;
            while !ended.load(Ordering::Relaxed) {
                peak = peak.max(memory::of(process));
                sleep(Duration::from_millis(100)).await;
            }
            peak
        });
        Self { ends, peak }
    }

    async fn peak(self) -> u64 {
        self.ends.store(true, Ordering::Relaxed);
        self.peak.await.unwrap_or_default()
    }
}
