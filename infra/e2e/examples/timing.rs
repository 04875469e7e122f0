//! Measures whether the duration of a login reveals that a user name exists.
//!
//! `cargo run --release --example timing` tries wrong passwords for existing and for unknown names, in random order,
//! against a local runtime. It fails if the medians are more than 1 % apart or the two distributions differ (two-sample
//! Kolmogorov–Smirnov test). The argument is the number of tries, 10,000 by default. The machine should be idle
//! meanwhile.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "its purpose is a table of small numbers, and it reports by panicking"
)]

use std::{env, process::ExitCode, time::Instant};

use e2e::{PASSWORD, Server};
use serde_json::{Value, json};

const TRIES: usize = 10_000;
/// The tries that start the function and open its connections, before any is measured.
const WARM_UP: usize = 50;
/// The tries for each name: the tenth wrong password in a row would lock it.
const TRIES_A_NAME: usize = 9;
/// The largest relative difference of the medians.
const MOST: f64 = 0.01;
/// The smallest p-value: equal distributions differ as much in one of a hundred runs.
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

/// Writes users with one password into the table, because registering them would take as long as all the tries.
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

/// Returns the seconds until a wrong password is refused.
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

/// The percentile of times in ascending order.
fn percentile(times: &[f64], percent: usize) -> f64 {
    let rank = (times.len() * percent).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The statistic D of two lists in ascending order: the largest difference between their distribution functions.
fn distance(one: &[f64], other: &[f64]) -> f64 {
    let share = |times: &[f64], up_to: f64| times.partition_point(|time| *time <= up_to) as f64 / times.len() as f64;
    let differences = one.iter().chain(other).map(|&time| (share(one, time) - share(other, time)).abs());
    differences.fold(0.0, f64::max)
}

/// The p-value of D: Kolmogorov's limit, with Stephens' correction for finite lists (Press et al., "Numerical Recipes",
/// section 14.3).
fn chance(distance: f64, one: usize, other: usize) -> f64 {
    let size = (one as f64 * other as f64 / (one + other) as f64).sqrt();
    let lambda = (size + 0.12 + 0.11 / size) * distance;
    let term = |k: i32| f64::from(1 - 2 * (k % 2)) * -2.0 * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
    if lambda < 0.2 { 1.0 } else { (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0) }
}
