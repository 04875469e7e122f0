//! REST calls as clients make them: each user sends, reads on and lists their rooms, one call after another.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::{
    client::{Client, Person, number},
    cpu::Cpu,
    report::{Latency, Report, Step},
    socket::micros,
    target::Target,
};

/// The functions in the order in which a client calls them, repeatedly.
const CALLS: [&str; 5] =
    ["send-message", "list-conversation-messages", "read-message", "list-chatrooms", "list-messages"];

/// The number of users in each room.
const MEMBERS: usize = 5;
/// The number of rooms in which they send by turns, because a room takes five messages a second of each sender.
const ROOMS: usize = 8;

/// A measured call: its index in `CALLS`, and its microseconds; `None` if it failed.
type Measured = (usize, Option<u64>);

/// Lets users call concurrently, a step for each number of them. Reports each function of the last step separately.
///
/// # Errors
/// If a room cannot be created.
pub async fn run(target: &Target, at_once: &[usize], duration: Duration) -> Result<Report> {
    let client = Client::new(target)?;
    let most = at_once.iter().copied().max().unwrap_or(1).max(MEMBERS);
    let people = client.people(most).await?;
    let mut rooms = Vec::new();
    for members in people.chunks(MEMBERS) {
        let mut own = Vec::with_capacity(ROOMS);
        for _ in 0..ROOMS {
            own.push(client.room(members).await?);
        }
        rooms.push(own);
    }
    let mut steps = Vec::new();
    // Starts the instances, and is not measured.
    together(&client, &people, &rooms, most, duration.min(Duration::from_secs(2))).await;
    for (index, &people_at_once) in at_once.iter().enumerate() {
        let before = Cpu::now(target.process());
        let measured = together(&client, &people, &rooms, people_at_once, duration).await;
        let cpu = Cpu::now(target.process()).since(&before);
        let name = format!("{people_at_once} people at once");
        steps.push(step(name, measured.iter(), duration, cpu.clone()));
        if index + 1 < at_once.len() {
            continue;
        }
        for (call, name) in CALLS.iter().enumerate() {
            let functions = cpu.by_function.get(*name).copied().unwrap_or_default();
            let own = Cpu { functions, ..Cpu::default() };
            let measured = measured.iter().filter(|(of, _)| *of == call);
            steps.push(step(format!("– {name}"), measured, duration, own));
        }
    }
    Ok(Report { scenario: "rest".to_owned(), unit: "calls", steps })
}

fn step<'a>(load: String, measured: impl Iterator<Item = &'a Measured>, duration: Duration, cpu: Cpu) -> Step {
    let (mut latencies, mut failed) = (Vec::new(), 0);
    for (_, latency) in measured {
        match latency {
            Some(latency) => latencies.push(*latency),
            None => failed += 1,
        }
    }
    Step {
        load,
        done: latencies.len() as u64,
        per_second: latencies.len() as f64 / duration.as_secs_f64(),
        lost: failed,
        latency: Latency::of(latencies),
        cpu,
        ..Step::default()
    }
}

async fn together(
    client: &Client,
    people: &[Person],
    rooms: &[Vec<u64>],
    count: usize,
    duration: Duration,
) -> Vec<Measured> {
    let everybody = people.iter().zip(rooms.iter().flat_map(|rooms| [rooms; MEMBERS])).take(count);
    join_all(everybody.map(|(person, rooms)| one(client, person, rooms, duration))).await.concat()
}

async fn one(client: &Client, person: &Person, rooms: &[u64], duration: Duration) -> Vec<Measured> {
    let end = Instant::now() + duration;
    let mut measured = Vec::new();
    let mut last = None;
    for &room in rooms.iter().cycle().take_while(|_| Instant::now() < end) {
        for call in 0..CALLS.len() {
            let begun = Instant::now();
            let result = make(client, person, room, call, &mut last).await;
            measured.push((call, result.ok().map(|()| micros(begun.elapsed()))));
        }
    }
    measured
}

async fn make(client: &Client, person: &Person, room: u64, call: usize, last: &mut Option<u64>) -> Result<()> {
    let name = CALLS.get(call).copied().unwrap_or_default();
    let (method, path, body) = match name {
        "send-message" => {
            let body = json!({"conversation_id": room, "text": "How long does this take?"});
            (Method::POST, "/send-message/".to_owned(), Some(body))
        }
        "read-message" => {
            let body = json!({"conversation_id": room, "message_ids": [last.context("nothing was sent")?]});
            (Method::POST, "/read-message/".to_owned(), Some(body))
        }
        "list-conversation-messages" => (Method::GET, format!("/{name}/{room}/"), None),
        _ => (Method::GET, format!("/{name}/"), None),
    };
    let answer = client.call(method, &path, &person.token, body.as_ref()).await?;
    if name == "send-message" {
        *last = Some(number(&answer, "/id")?);
    }
    Ok(())
}
