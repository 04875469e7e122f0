//! Messages to rooms of listening members, at a steady rate that does not wait for arrivals.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, future::join_all, stream};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{
    client::{Client, Person},
    cpu::Cpu,
    progress::Progress,
    report::{Latency, Report, Step},
    socket::{Arrival, Silent, Socket, micros},
    target::Target,
};

/// The number of concurrent handshakes.
const OPENING: usize = 16;
/// The number of rooms that share their members: a user has at most as many sockets.
const SHARING: usize = 16;
/// The number of messages that start the instances, before any is measured.
const WARM_UP: u32 = 60;
/// The time without arrivals after which the missing messages count as lost.
const LOST_AFTER: Duration = Duration::from_secs(5);
/// The 99th percentile, in milliseconds, above which no higher load follows.
const TOO_SLOW: f64 = 2_000.0;

/// The rooms, their members, and the messages to them.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The name of the report.
    pub name: String,
    /// The number of rooms.
    pub rooms: usize,
    /// The number of members of each room, each with a socket.
    pub members: usize,
    /// The number of further members of each room, each with a socket that is not read.
    pub silent: usize,
    /// The messages a second to all rooms together: a step each.
    pub rates: Vec<u32>,
    /// The duration of each step.
    pub seconds: u32,
    /// The least length of a message, in characters.
    pub length: usize,
}

struct Room {
    id: u64,
    sockets: Vec<Socket>,
    _silent: Vec<Silent>,
}

/// Carries out a plan.
///
/// # Errors
/// If a room cannot be created, or its sockets do not open.
pub async fn run(target: &Target, plan: &Plan) -> Result<Report> {
    let client = Client::new(target)?;
    let start = Instant::now();
    let each = plan.members + plan.silent;
    let people = client.people(each * plan.rooms.div_ceil(SHARING)).await?;
    let mut rooms = Vec::with_capacity(plan.rooms);
    let progress = Progress::new("sockets", plan.rooms * each);
    for members in people.chunks(each.max(1)).flat_map(|members| [members; SHARING]).take(plan.rooms) {
        rooms.push(open(target, &client, members, plan, start, &progress).await?);
    }
    let mut next = 0;
    let mut steps = Vec::new();
    let warm_up = Pace { rate: WARM_UP / 2, messages: WARM_UP };
    step(target, &mut rooms, warm_up, plan.length, &mut next, start).await?;
    for &rate in &plan.rates {
        let pace = Pace { rate, messages: rate * plan.seconds };
        let mut step = step(target, &mut rooms, pace, plan.length, &mut next, start).await?;
        let silent = if plan.silent > 0 { format!(" and {} that do not read", plan.silent) } else { String::new() };
        step.load = format!("{} × {} members{silent}, {rate} messages/s", plan.rooms, plan.members);
        step.offered = f64::from(rate) * plan.members as f64;
        let end = step.latency.p99 > TOO_SLOW;
        steps.push(step);
        if end {
            break;
        }
    }
    Ok(Report { scenario: plan.name.clone(), unit: "deliveries", steps })
}

async fn open(
    target: &Target,
    client: &Client,
    people: &[Person],
    plan: &Plan,
    start: Instant,
    progress: &Progress,
) -> Result<Room> {
    let id = client.room(people).await?;
    let (readers, silent) = people.split_at(plan.members);
    let sockets = stream::iter(readers)
        .map(|person| async move {
            let socket = Socket::open(target, person, Some(id), start).await;
            progress.step();
            socket
        })
        .buffered(OPENING)
        .try_collect()
        .await?;
    let silent = join_all(silent.iter().map(|person| Silent::open(target, person, id))).await;
    for _ in &silent {
        progress.step();
    }
    Ok(Room { id, sockets, _silent: silent.into_iter().collect::<Result<_>>()? })
}

#[derive(Clone, Copy)]
struct Pace {
    /// Messages each second.
    rate: u32,
    messages: u32,
}

async fn step(
    target: &Target,
    rooms: &mut [Room],
    pace: Pace,
    length: usize,
    next: &mut u32,
    start: Instant,
) -> Result<Step> {
    let before = Cpu::now(target.process());
    let first = *next;
    let begun = micros(start.elapsed());
    let mut sent = Vec::with_capacity(pace.messages as usize);
    let mut clock = interval(Duration::from_secs(1) / pace.rate.max(1));
    // Late messages are sent too: a load that waits for a slow system does not measure it.
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let progress = Progress::new(&format!("messages at {}/s", pace.rate), pace.messages as usize);
    for number in first..first + pace.messages {
        clock.tick().await;
        let (turn, room) = (number as usize / rooms.len(), number as usize % rooms.len());
        let room = rooms.get_mut(room).context("there are rooms")?;
        // Members take turns, because the pace limits each sender.
        let speaker = turn % room.sockets.len().max(1);
        sent.push(micros(start.elapsed()));
        room.sockets.get_mut(speaker).context("a room has members")?.say(room.id, number, length).await?;
        progress.step();
    }
    *next += pace.messages;
    let arrivals = arrivals(rooms, first, &sent).await;
    let cpu = Cpu::now(target.process()).since(&before);
    Ok(evaluate(rooms, &arrivals, first, &sent, begun, cpu))
}

/// Collects the arrivals at each socket of each room, until they are complete or no more come.
async fn arrivals(rooms: &[Room], first: u32, sent: &[u64]) -> Vec<Vec<Vec<Arrival>>> {
    let mut all: Vec<Vec<Vec<Arrival>>> = rooms.iter().map(|room| vec![Vec::new(); room.sockets.len()]).collect();
    let expected: usize =
        (0..rooms.len()).map(|room| numbers(rooms.len(), room, first, sent.len()).count() * sockets(rooms, room)).sum();
    let mut quiet = Instant::now();
    let mut arrived = 0;
    while arrived < expected && quiet.elapsed() < LOST_AFTER {
        sleep(Duration::from_millis(100)).await;
        for (room, all) in rooms.iter().zip(&mut all) {
            for (socket, all) in room.sockets.iter().zip(all) {
                let new = socket.take().await;
                if !new.is_empty() {
                    quiet = Instant::now();
                }
                // Late messages of the previous step count as lost there.
                all.extend(new.into_iter().filter(|(number, _)| *number >= first));
            }
        }
        arrived = all.iter().flatten().map(Vec::len).sum();
    }
    all
}

fn sockets(rooms: &[Room], room: usize) -> usize {
    rooms.get(room).map_or(0, |room| room.sockets.len())
}

/// The numbers of a step's messages to a room.
fn numbers(rooms: usize, room: usize, first: u32, messages: usize) -> impl Iterator<Item = u32> {
    (first..).take(messages).filter(move |number| *number as usize % rooms == room)
}

fn evaluate(rooms: &[Room], arrivals: &[Vec<Vec<Arrival>>], first: u32, sent: &[u64], begun: u64, cpu: Cpu) -> Step {
    let mut latencies = Vec::new();
    let (mut expected, mut doubled, mut ended) = (0, 0, begun + 1);
    for (room, arrivals) in arrivals.iter().enumerate() {
        expected += numbers(rooms.len(), room, first, sent.len()).count() * arrivals.len();
        for socket in arrivals {
            let mut seen = HashSet::new();
            for &(number, at) in socket {
                if !seen.insert(number) {
                    doubled += 1;
                    continue;
                }
                let sent = sent.get((number - first) as usize).copied().unwrap_or(at);
                latencies.push(at.saturating_sub(sent));
                ended = ended.max(at);
            }
        }
    }
    let done = latencies.len();
    Step {
        done: done as u64,
        per_second: done as f64 / ((ended - begun) as f64 / 1e6),
        lost: (expected - done) as u64,
        doubled,
        latency: Latency::of(latencies),
        cpu,
        ..Step::default()
    }
}
