//! Whether the time that a login takes tells if there is somebody of that name.
//!
//! `cargo run --release --example timing` tries wrong passwords with names that somebody has and with names that nobody
//! has, in random order, against a local runtime of its own, and fails where the medians are more than 1 % apart or the two
//! distributions differ (two-sample Kolmogorov–Smirnov test). A number as argument is how many tries to make, 10,000 by
//! default. Nothing else should run on the machine meanwhile.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a table of small numbers is what it is run for, and it reports by panicking"
)]

use std::{env, process::ExitCode, time::Instant};

use e2e::{PASSWORD, Server};
use serde_json::{Value, json};

const TRIES: usize = 10_000;
/// Starts the function and opens its connections.
const WARM_UP: usize = 50;
/// The tenth wrong password in a row locks a name, and so is none of those that are compared.
const TRIES_A_NAME: usize = 9;
/// How far the medians may be apart.
const MOST: f64 = 0.01;
/// Below this, equal distributions would differ as much in less than one of a hundred runs.
const SIGNIFICANT: f64 = 0.01;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let tries = env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(TRIES);
    let server = Server::local("its log and its tables are at hand").start().await.expect("HTTP_URL is not set");
    let names = (tries / 2 + WARM_UP).div_ceil(TRIES_A_NAME);
    people(&server, names).await;
    for number in 0..WARM_UP {
        seconds(&server, &name("nobody", names - 1 - number / TRIES_A_NAME)).await;
    }

    let mut order: Vec<usize> = (0..tries).collect();
    fastrand::shuffle(&mut order);
    let mut times = [Vec::new(), Vec::new()];
    for number in order {
        let (who, number) = (number % 2, number / 2 / TRIES_A_NAME);
        let name = name(["somebody", "nobody"][who], number);
        times[who].push(seconds(&server, &name).await);
    }
    report(times)
}

fn name(kind: &str, number: usize) -> String {
    format!("{kind}{number:06}")
}

/// So many users with one password, put into the table at once: to register them would take as long as all the tries.
async fn people(server: &Server, count: usize) {
    let ann = server.user("ann").await;
    let key = json!({"username": {"S": ann.name}});
    let found = server.dynamodb("GetItem", &json!({"TableName": "CredentialsTable", "Key": key})).await;
    for number in 0..count {
        let mut item: Value = found["Item"].clone();
        item["username"] = json!({"S": name("somebody", number)});
        server.dynamodb("PutItem", &json!({"TableName": "CredentialsTable", "Item": item})).await;
    }
    let right = json!({"username": name("somebody", count - 1), "password": PASSWORD});
    server.post("/auth/login/", &right).await.is(200);
}

/// How long a wrong password takes to be refused.
async fn seconds(server: &Server, name: &str) -> f64 {
    let body = json!({"username": name, "password": "not the password"});
    let request = server.request(reqwest::Method::POST, "/auth/login/").json(&body);
    let start = Instant::now();
    let response = request.send().await.expect("a login is answered");
    let status = response.status();
    let body = response.text().await.expect("the answer can be read");
    let taken = start.elapsed();
    assert_eq!(status, 401, "{body}");
    taken.as_secs_f64()
}

fn report(mut times: [Vec<f64>; 2]) -> ExitCode {
    println!("{:<10} {:>6} {:>10} {:>10} {:>10}", "name of", "tries", "p50", "p95", "p99");
    for (who, times) in ["somebody", "nobody"].iter().zip(&mut times) {
        times.sort_unstable_by(f64::total_cmp);
        let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(times, percent) * 1_000.0);
        println!("{who:<10} {:>6} {p50:>7.3} ms {p95:>7.3} ms {p99:>7.3} ms", times.len());
    }
    let [somebody, nobody] = &times;
    let [one, other] = [somebody, nobody].map(|times| percentile(times, 50));
    let apart = (one - other).abs() / one.min(other);
    let distance = distance(somebody, nobody);
    let chance = chance(distance, somebody.len(), nobody.len());
    println!("medians {:.2} % apart; Kolmogorov–Smirnov: D = {distance:.4}, p = {chance:.3}", apart * 100.0);
    if apart <= MOST && chance >= SIGNIFICANT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Of times in ascending order.
fn percentile(times: &[f64], percent: usize) -> f64 {
    let rank = (times.len() * percent).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The most that the shares of times up to one differ in, of two lists in ascending order.
fn distance(one: &[f64], other: &[f64]) -> f64 {
    let share = |times: &[f64], up_to: f64| times.partition_point(|time| *time <= up_to) as f64 / times.len() as f64;
    let differences = one.iter().chain(other).map(|&time| (share(one, time) - share(other, time)).abs());
    differences.fold(0.0, f64::max)
}

/// How likely two lists of one distribution are at least so far apart: Kolmogorov's limit, with Stephens' correction for
/// lists that end (Press et al., "Numerical Recipes", section 14.3).
fn chance(distance: f64, one: usize, other: usize) -> f64 {
    let size = (one as f64 * other as f64 / (one + other) as f64).sqrt();
    let lambda = (size + 0.12 + 0.11 / size) * distance;
    let term = |k: i32| f64::from(1 - 2 * (k % 2)) * -2.0 * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
    if lambda < 0.2 { 1.0 } else { (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0) }
}
