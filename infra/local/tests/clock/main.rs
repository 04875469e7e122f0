//! Wrong clocks, which need `libfaketime`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../conformance/harness.rs"]
#[expect(dead_code, reason = "the conformance tests ask more of it")]
mod harness;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::Runtime;

/// The error of the clock of a route's instance, in seconds.
async fn skew(runtime: &Runtime, route: &str) -> f64 {
    let theirs = runtime.json(&format!("{route}?do=clock")).await.as_f64().unwrap() / 1000.0;
    theirs - SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

async fn plan(runtime: &Runtime, rules: &Value) {
    let request = runtime.http.put(format!("{}/_local/faults", runtime.url));
    let response = request.body(json!({"rules": rules}).to_string()).send().await.unwrap();
    assert_eq!(response.status(), 204, "{}", response.text().await.unwrap());
}

#[tokio::test]
async fn instances_that_start_under_a_plan_have_clocks_that_are_off() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    assert!(skew(&runtime, "/patient").await.abs() < 2.0);
    let rules = json!([
        {"fault": "skew", "millis": 5_000, "function": "subject", "times": 1},
        {"fault": "skew", "millis": -4_500},
    ]);
    plan(&runtime, &rules).await;
    let (ahead, behind) = (skew(&runtime, "/subject").await, skew(&runtime, "/faulty").await);
    assert!((ahead - 5.0).abs() < 2.0, "{ahead}");
    assert!((behind + 4.5).abs() < 2.0, "{behind}");
    assert!(skew(&runtime, "/patient").await.abs() < 2.0, "an instance keeps the clock that it has started with");
}

#[tokio::test]
async fn what_takes_time_takes_as_long_as_ever_and_calls_are_made_in_time() {
    let runtime = Runtime::with(&["--memory", "--faults"]).await;
    plan(&runtime, &json!([{"fault": "skew", "millis": 5_000}])).await;
    runtime.get("/subject").await;
    let begun = Instant::now();
    assert_eq!(runtime.get("/subject?do=sleep&with=500").await.status(), 200);
    let slept = begun.elapsed();
    assert!((Duration::from_millis(500)..Duration::from_secs(4)).contains(&slept), "{slept:?}");
    assert_eq!(runtime.json("/subject?do=put&with=Events").await, json!({"stored": true}));
}
