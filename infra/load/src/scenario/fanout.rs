//! Messages and reactions to rooms of listening members, at a steady rate that does not wait for arrivals.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, future::join_all, stream};
use reqwest::Method;
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

use crate::{
    client::{Client, Person},
    cpu::Cpu,
    progress::Progress,
    report::{Latency, Report, Step},
    socket::{Arrival, Event, Silent, Socket, micros},
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
    /// The operations a second to all rooms together: a step each.
    pub rates: Vec<u32>,
    /// If not 0, one operation in so many is a reaction to the last message of the room. The others are messages.
    pub reactions: usize,
    /// The duration of each step.
    pub seconds: u32,
    /// The least length of a message, in characters.
    pub length: usize,
}

struct Room {
    id: u64,
    people: Vec<Person>,
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
    let warm_up = Pace { rate: WARM_UP / 2, operations: WARM_UP };
    step(target, &client, &mut rooms, warm_up, plan, &mut next, start).await?;
    for &rate in &plan.rates {
        let pace = Pace { rate, operations: rate * plan.seconds };
        let mut step = step(target, &client, &mut rooms, pace, plan, &mut next, start).await?;
        let silent = if plan.silent > 0 { format!(" and {} that do not read", plan.silent) } else { String::new() };
        let unit = if plan.reactions > 0 { "operations" } else { "messages" };
        step.load = format!("{} × {} members{silent}, {rate} {unit}/s", plan.rooms, plan.members);
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
    let people = readers.to_vec();
    Ok(Room { id, people, sockets, _silent: silent.into_iter().collect::<Result<_>>()? })
}

#[derive(Clone, Copy)]
struct Pace {
    /// Operations each second.
    rate: u32,
    operations: u32,
}

/// An operation: the place of its room, its event, and microseconds since the start of the run.
type Sent = (usize, Event, u64);

async fn step(
    target: &Target,
    client: &Client,
    rooms: &mut [Room],
    pace: Pace,
    plan: &Plan,
    next: &mut u32,
    start: Instant,
) -> Result<Step> {
    let before = Cpu::now(target.process());
    let begun = micros(start.elapsed());
    let mut sent: Vec<Sent> = Vec::with_capacity(pace.operations as usize);
    let mut reactions = JoinSet::new();
    let mut clock = interval(Duration::from_secs(1) / pace.rate.max(1));
    // Late operations are made too: a load that waits for a slow system does not measure it.
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let progress = Progress::new(&format!("operations at {}/s", pace.rate), pace.operations as usize);
    let mut reacted = HashSet::new();
    for number in *next..*next + pace.operations {
        clock.tick().await;
        let (turn, index) = (number as usize / rooms.len(), number as usize % rooms.len());
        let room = rooms.get_mut(index).context("there are rooms")?;
        // Members take turns, because the pace limits each sender.
        let speaker = turn % room.sockets.len().max(1);
        let (socket, person) =
            room.sockets.get_mut(speaker).zip(room.people.get(speaker)).context("a room has members")?;
        let (message, at) = (socket.last(), micros(start.elapsed()));
        let event = Event::Reaction { message, user: person.id };
        let is_reaction = message > 0 && plan.reactions > 0 && (turn + index).is_multiple_of(plan.reactions);
        // A second reaction of the user to the same message would be the same event.
        if is_reaction && reacted.insert(event) {
            sent.push((index, event, at));
            reactions.spawn(react(client.clone(), person.clone(), room.id, message));
        } else {
            sent.push((index, Event::Message(number), at));
            socket.say(room.id, number, plan.length).await?;
        }
        progress.step();
    }
    *next += pace.operations;
    let arrivals = arrivals(rooms, &sent).await;
    reactions.join_all().await;
    let cpu = Cpu::now(target.process()).since(&before);
    Ok(evaluate(rooms, &arrivals, &sent, begun, cpu))
}

/// Reacts to a message. If that fails, its event is lost.
async fn react(client: Client, person: Person, room: u64, message: u64) {
    let body = json!({"conversation_id": room, "message_id": message, "emoji": "👍"});
    let _ = client.ask(Method::POST, "/react-to-message/", &person.token, Some(&body)).await;
}

/// Collects the arrivals of these operations at each socket of each room, until they are complete or no more come.
async fn arrivals(rooms: &[Room], sent: &[Sent]) -> Vec<Vec<Vec<Arrival>>> {
    let mut all: Vec<Vec<Vec<Arrival>>> = rooms.iter().map(|room| vec![Vec::new(); room.sockets.len()]).collect();
    let awaited: HashSet<(usize, Event)> = sent.iter().map(|(place, event, _)| (*place, *event)).collect();
    let expected = expected(rooms, sent);
    let mut quiet = Instant::now();
    let mut arrived = 0;
    while arrived < expected && quiet.elapsed() < LOST_AFTER {
        sleep(Duration::from_millis(100)).await;
        for (place, (room, all)) in rooms.iter().zip(&mut all).enumerate() {
            for (socket, all) in room.sockets.iter().zip(all) {
                let new = socket.take().await;
                if !new.is_empty() {
                    quiet = Instant::now();
                }
                // Late events of the previous step count as lost there.
                all.extend(new.into_iter().filter(|(event, _)| awaited.contains(&(place, *event))));
            }
        }
        arrived = all.iter().flatten().map(Vec::len).sum();
    }
    all
}

/// The number of arrivals of these operations.
fn expected(rooms: &[Room], sent: &[Sent]) -> usize {
    sent.iter().map(|(place, ..)| rooms.get(*place).map_or(0, |room| room.sockets.len())).sum()
}

fn evaluate(rooms: &[Room], arrivals: &[Vec<Vec<Arrival>>], sent: &[Sent], begun: u64, cpu: Cpu) -> Step {
    let times: HashMap<(usize, Event), u64> = sent.iter().map(|(place, event, at)| ((*place, *event), *at)).collect();
    let mut latencies = Vec::new();
    let (mut doubled, mut ended) = (0, begun + 1);
    for (place, arrivals) in arrivals.iter().enumerate() {
        for socket in arrivals {
            let mut seen = HashSet::new();
            for &(event, at) in socket {
                if !seen.insert(event) {
                    doubled += 1;
                    continue;
                }
                let sent = times.get(&(place, event)).copied().unwrap_or(at);
                latencies.push(at.saturating_sub(sent));
                ended = ended.max(at);
            }
        }
    }
    let done = latencies.len();
    Step {
        done: done as u64,
        per_second: done as f64 / ((ended - begun) as f64 / 1e6),
        lost: (expected(rooms, sent) - done) as u64,
        doubled,
        latency: Latency::of(latencies),
        cpu,
        ..Step::default()
    }
}
