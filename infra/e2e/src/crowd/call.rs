//! Calls as a good client makes them: tried again for as long as trying may help.

use std::time::Duration;

use fastrand::Rng;
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{User, contract::CONTRACT};

/// The pauses between tries grow from the first to the second.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// What does not succeed for so long, with everything broken only now and then, never will.
const PATIENCE: Duration = Duration::from_mins(5);

/// What one try gave.
pub(super) enum Try {
    /// A success: its body, and where the list goes on.
    Done(Value, Option<String>),
    /// A refusal by a rule: trying again gives the same.
    Refused(Value),
    /// Nothing is known, or it was too much: it may be tried again, after the pause that was asked for.
    Again(Option<Duration>),
}

/// One call. Its answer must be as the contract has it, whatever was broken meanwhile.
pub(super) async fn once(user: &User, method: Method, path: &str, body: Option<&Value>) -> Try {
    let mut request = user.request(method, path);
    if let Some(body) = body {
        request = request.json(body);
    }
    let (client, request) = request.build_split();
    let request = request.expect("a request of a crowd can be built");
    let described = CONTRACT.call(&request);
    let Ok(response) = client.execute(request).await else { return Try::Again(None) };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let Ok(text) = response.text().await else { return Try::Again(None) };
    CONTRACT.assert_answer(&described, status, &headers, &text);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path} gave {text:?}"));
    let ours = body.get("code").is_some();
    // What breaks is a service behind us, and no defect of ours.
    assert!(body["code"] != "internal", "{path} gave {text}");
    let wait = header("retry-after").map(|wait| Duration::from_secs(wait.parse().expect("Retry-After is a number")));
    match status {
        200..300 => {
            let next = header("link").map(|link| {
                let reference = link.strip_prefix('<').and_then(|link| link.split_once('>'));
                reference.unwrap_or_else(|| panic!("Link: {link}")).0.to_owned()
            });
            Try::Done(body, next)
        }
        429 | 500.. => {
            assert!(wait.is_some() || !ours, "{status} without Retry-After: {text}");
            Try::Again(wait)
        }
        _ => Try::Refused(body),
    }
}

/// A call that is made until it is answered.
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

/// The pauses between the tries of one call: longer each time, and at random, so that clients do not come all at once.
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

/// The path and query of a reference to the next page.
pub(super) fn path_of(reference: &str) -> String {
    let base = Url::parse("http://localhost/").expect("a URL");
    let url = base.join(reference).unwrap_or_else(|_| panic!("Link: {reference}"));
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}
