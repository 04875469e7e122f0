//! Faults that a local system injects on purpose.

use std::{cell::Cell, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::Server;

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);

/// A number of calls that no function makes for one event.
const MOST_CALLS: u64 = 50;

impl Server {
    /// Starts a plan of faults, instead of the current one.
    pub async fn plans(&self, plan: &Value) {
        let answer = self.request(Method::PUT, "/_local/faults").json(plan).send().await.expect("the system answers");
        let status = answer.status();
        let text = answer.text().await.expect("the answer can be read");
        assert_eq!(status, StatusCode::NO_CONTENT, "{plan}: {text}");
    }

    /// Returns how often each rule of the plan has fired.
    pub async fn fired(&self) -> Vec<u64> {
        let answer = self.request(Method::GET, "/_local/faults").send().await.expect("the system answers");
        let plan: Value = answer.json().await.expect("the plan is JSON");
        let rules = plan["rules"].as_array().expect("a plan has rules").iter();
        rules.map(|rule| rule["fired"].as_u64().expect("a rule has a count")).collect()
    }
}

/// The moment at which an instance of a function dies: before or after one of the calls that it makes for an event.
pub struct Crash<'a> {
    server: &'a Server,
    function: &'a str,
    fault: &'static str,
    call: u64,
    /// The number of events that the function had served when the crash was planned.
    served: Cell<usize>,
    struck: Cell<Option<bool>>,
}

impl Crash<'_> {
    /// Plans the crash for the function's next event.
    pub async fn is_near(&self) {
        let Self { function, fault, call, .. } = self;
        self.served.set(self.count_served());
        let rule = json!({"fault": fault, "function": function, "call": call, "times": 1});
        self.server.plans(&json!({"rules": [rule]})).await;
    }

    /// Returns whether the function has crashed, once that event is over. An event with fewer calls is served to its
    /// end. Later events do not crash.
    pub async fn has_struck(&self) -> bool {
        self.has_served(1).await;
        let struck = self.server.fired().await == [1];
        self.server.plans(&json!({"rules": []})).await;
        self.struck.set(Some(struck));
        struck
    }

    /// Waits until the function has served this number of events since the crash was planned. A scene that ends earlier
    /// leaves an event for the next crash to meet.
    pub async fn has_served(&self, events: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.count_served() < self.served.get() + events {
            assert!(Instant::now() < deadline, "{self}: the event has no end");
            sleep(PAUSE).await;
        }
    }

    /// Counts the events of the function by their lines in the log, which begin with its name.
    fn count_served(&self) -> usize {
        let log = self.server.log();
        log.lines().filter(|line| line.strip_prefix(self.function).is_some_and(|rest| rest.starts_with("  "))).count()
    }
}

impl std::fmt::Display for Crash<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at call {} of {}", self.fault, self.call, self.function)
    }
}

/// Plays `scene` once for every crash point of a function: its instance dies before its first call, before its second
/// one, and so on, and then after each of them. The scene makes the function serve one event between [`Crash::is_near`]
/// and [`Crash::has_struck`], and continues as a client would. Returns the number of crash points.
pub async fn crash_points(server: &Server, function: &str, scene: impl AsyncFn(&Crash<'_>)) -> u64 {
    let mut points = 0;
    for fault in ["kill_before", "kill_after"] {
        for call in 1.. {
            assert!(call <= MOST_CALLS, "{function} makes calls without end");
            let crash = Crash { server, function, fault, call, served: Cell::default(), struck: Cell::default() };
            eprintln!("{crash}");
            scene(&crash).await;
            if !crash.struck.get().expect("a scene asks whether the crash has struck") {
                break;
            }
            points += 1;
        }
    }
    points
}
