//! Measures the latency of a message: over REST until its acknowledgement, over a socket until its own event.
//!
//! `cargo run --example latency` measures a local runtime; with `HTTP_URL` and `WEBSOCKET_URL` set, the deployed system
//! there. The argument is the number of messages each way, 1,000 by default.
#![allow(clippy::print_stdout, reason = "its purpose is the table")]

use std::{
    env,
    time::{Duration, Instant},
};

use e2e::{Server, Socket, User};

const MESSAGES: usize = 1_000;
/// The messages that start the functions and open the connections, before any is measured.
const WARM_UP: usize = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let messages = env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(MESSAGES);
    let server = Server::start().await;
    let ([ann, _], room) = server.room_of(["ann", "bob"]).await;

    over_rest(&ann, room, WARM_UP).await;
    let rest = over_rest(&ann, room, messages).await;
    let mut socket = ann.opens_socket(room).await;
    over_socket(&mut socket, room, WARM_UP).await;
    let socket = over_socket(&mut socket, room, messages).await;

    println!("{:<8} {:>8} {:>10} {:>10} {:>10}", "way", "messages", "p50", "p99", "max");
    for (way, times) in [("REST", rest), ("socket", socket)] {
        let [p50, p99, max] = [percentile(&times, 50), percentile(&times, 99), percentile(&times, 100)];
        println!("{way:<8} {messages:>8} {p50:>10.1?} {p99:>10.1?} {max:>10.1?}");
    }
}

async fn over_rest(user: &User, room: u64, messages: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(messages);
    for _ in 0..messages {
        let start = Instant::now();
        user.sends(room, "How long does this take?").await;
        times.push(start.elapsed());
    }
    times
}

async fn over_socket(socket: &mut Socket, room: u64, messages: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(messages);
    for _ in 0..messages {
        let start = Instant::now();
        socket.says(room, "And this?").await;
        socket.receives("And this?").await;
        times.push(start.elapsed());
    }
    times
}

/// The longest time of the fastest `percent`.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}
