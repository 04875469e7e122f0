//! Calls as a good client makes them, with retries while a retry may help.

use std::time::Duration;

use fastrand::Rng;
use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{User, answer::next_page, contract::CONTRACT};

/// The pauses between tries grow from this one to the longest.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// The time after which a call that keeps failing counts as broken: each fault strikes only now and then.
const PATIENCE: Duration = Duration::from_mins(5);

/// The result of one try.
pub(super) enum Try {
    /// A success: its body, and the path and query of the list's next page.
    Done(Value, Option<String>),
    /// A refusal by a rule, which a retry would not change.
    Refused(Value),
    /// An unknown result, or too many requests: the call may be retried after the requested pause.
    Again(Option<Duration>),
}

/// Makes one call. Asserts that its answer is as the contract describes, in spite of faults.
pub(super) async fn once(user: &User, method: Method, path: &str, body: Option<&Value>) -> Try {
    let mut request = user.request(method, path);
    if let Some(body) = body {
        request = request.json(body);
    }
    let (client, request) = request.build_split();
    let request = request.expect("a request of a crowd can be built");
    let (url, described) = (request.url().clone(), CONTRACT.call(&request));
    let Ok(response) = client.execute(request).await else { return Try::Again(None) };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let Ok(text) = response.text().await else { return Try::Again(None) };
    CONTRACT.assert_answer(&described, status, &headers, &text);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path} gave {text:?}"));
    let ours = body.get("code").is_some();
    // Faults are failures of other services, never defects of ours.
    assert!(body["code"] != "internal", "{path} gave {text}");
    let wait = header("retry-after").map(|wait| Duration::from_secs(wait.parse().expect("Retry-After is a number")));
    match status {
        200..300 => Try::Done(body, next_page(&url, &headers)),
        429 | 500.. => {
            assert!(wait.is_some() || !ours, "{status} without Retry-After: {text}");
            Try::Again(wait)
        }
        _ => Try::Refused(body),
    }
}

/// Repeats a call until it succeeds or a rule refuses it.
pub(super) async fn persist(
    user: &User,
    random: &mut Rng,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<(Value, Option<String>), Value> {
    let mut pauses = Pauses::default();
    loop {
        match once(user, method.clone(), path, body).await {
            Try::Done(body, next) => return Ok((body, next)),
            Try::Refused(problem) => return Err(problem),
            Try::Again(wait) => pauses.pause(random, wait, path).await,
        }
    }
}

/// The pauses between the tries of one call: longer each time, and random, so that clients do not come back at the same
/// moment.
pub(super) struct Pauses {
    begun: Instant,
    next: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { begun: Instant::now(), next: PAUSE }
    }
}

impl Pauses {
    pub(super) async fn pause(&mut self, random: &mut Rng, wait: Option<Duration>, what: &str) {
        assert!(self.begun.elapsed() < PATIENCE, "{what} has failed for {PATIENCE:?}");
        let pause = wait.unwrap_or_default() + self.next.mul_f64(random.f64());
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        sleep(pause).await;
    }
}
