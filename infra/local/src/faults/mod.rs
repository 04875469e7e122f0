//! Faults, as a plan has them: instances that die between two calls, services that fail, sockets that are cut.
//!
//! They strike where the functions meet the platform and nowhere else. The functions know nothing of them: whatever is
//! injected here may happen on AWS.

mod answer;
mod batch;
mod plan;
mod skew;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    body::{Body, to_bytes},
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use fastrand::Rng;
use serde::Serialize;

use self::plan::{Kind, Plan, Rule};
use crate::intercept::{Call, Lost};

/// The largest plan, in bytes.
const MAX_PLAN: usize = 1024 * 1024;

/// The faults of a runtime: none until there is a plan.
#[derive(Debug)]
pub struct Faults {
    functions: Vec<String>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    plan: Plan,
    /// How often each rule has fired.
    fired: Vec<u64>,
    rng: Rng,
}

/// A rule that has fired, and the chance in what it does.
struct Fired {
    fault: Kind,
    millis: i64,
    rng: Rng,
}

/// How an event is served that is served twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Twice {
    /// By two instances.
    AtOnce,
    /// Again when it has been served.
    InTurn,
}

impl State {
    fn new(plan: Plan) -> Self {
        Self { fired: vec![0; plan.rules.len()], rng: Rng::with_seed(plan.seed), plan }
    }

    fn fire(&mut self, covers: impl Fn(&Rule) -> bool) -> Option<Fired> {
        let mut rules = self.plan.rules.iter().zip(&mut self.fired);
        let (rule, fired) = rules.find(|(rule, fired)| {
            covers(rule) && rule.times.is_none_or(|times| **fired < times) && self.rng.f64() < rule.probability
        })?;
        *fired += 1;
        Some(Fired { fault: rule.fault, millis: rule.millis.unwrap_or_default(), rng: self.rng.fork() })
    }
}

impl Faults {
    /// No faults, for functions whose binaries have these names.
    #[must_use]
    pub fn new(functions: Vec<String>) -> Self {
        Self { functions, state: Mutex::new(State::new(Plan::default())) }
    }

    /// Answers `/_local/faults`: `PUT` begins a plan, `GET` tells the plan and how often each of its rules has fired.
    pub(crate) async fn answer(&self, parts: &Parts, body: Body) -> Response {
        match parts.method {
            Method::GET => self.report(),
            Method::PUT => {
                let Ok(plan) = to_bytes(body, MAX_PLAN).await else {
                    return StatusCode::PAYLOAD_TOO_LARGE.into_response();
                };
                match Plan::parse(&plan, &self.functions) {
                    Ok(plan) => {
                        *self.state() = State::new(plan);
                        StatusCode::NO_CONTENT.into_response()
                    }
                    Err(why) => (StatusCode::BAD_REQUEST, why + "\n").into_response(),
                }
            }
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        }
    }

    fn report(&self) -> Response {
        #[derive(Serialize)]
        struct Report<'a> {
            seed: u64,
            rules: Vec<Counted<'a>>,
        }
        #[derive(Serialize)]
        struct Counted<'a> {
            #[serde(flatten)]
            rule: &'a Rule,
            fired: u64,
        }
        let State { plan, fired, .. } = &*self.state();
        let rules = plan.rules.iter().zip(fired).map(|(rule, &fired)| Counted { rule, fired }).collect();
        Json(Report { seed: plan.seed, rules }).into_response()
    }

    /// Answers a call by `serve`, unless something goes wrong.
    pub(crate) async fn around(
        &self,
        call: &Call,
        parts: Parts,
        body: Body,
        serve: impl AsyncFnOnce(Parts, Body) -> Response,
    ) -> Result<Response, Lost> {
        let fired = self.state().fire(|rule| rule.covers(call));
        let Some(Fired { fault, millis, mut rng }) = fired else { return Ok(serve(parts, body).await) };
        match fault {
            Kind::KillBefore => {
                call.kill().await;
                Err(Lost)
            }
            Kind::KillAfter => {
                serve(parts, body).await;
                call.kill().await;
                Err(Lost)
            }
            Kind::LoseAnswer => {
                serve(parts, body).await;
                Err(Lost)
            }
            Kind::FailAfter => {
                serve(parts, body).await;
                Ok(answer::failed(call.service))
            }
            Kind::FailBefore => Ok(answer::failed(call.service)),
            Kind::Throttle => Ok(answer::throttled(call.service, &mut rng)),
            Kind::Conflict => Ok(answer::conflict(&call.operation, body).await),
            Kind::Gone => Ok(answer::gone()),
            Kind::Slow => {
                let longer = tokio::time::sleep(Duration::from_millis(millis.unsigned_abs()));
                if rng.bool() {
                    longer.await;
                    return Ok(serve(parts, body).await);
                }
                let response = serve(parts, body).await;
                longer.await;
                Ok(response)
            }
            Kind::Unprocessed => Ok(batch::in_part(parts, body, &mut rng, serve).await),
            // No rule of these covers a call.
            Kind::Duplicate | Kind::Cut | Kind::ForgetDisconnect | Kind::Skew => Ok(serve(parts, body).await),
        }
    }

    /// Whether an event of `function` is served twice, and how.
    pub(crate) fn duplicates(&self, function: &str) -> Option<Twice> {
        let mut fired = self.state().fire(|rule| rule.is(Kind::Duplicate, function))?;
        Some(if fired.rng.bool() { Twice::AtOnce } else { Twice::InTurn })
    }

    /// Whether a socket is cut now that a frame goes over it.
    pub(crate) fn cuts(&self) -> bool {
        self.state().fire(|rule| rule.fault == Kind::Cut).is_some()
    }

    /// Whether `$disconnect` does not run.
    pub(crate) fn forgets_disconnect(&self) -> bool {
        self.state().fire(|rule| rule.fault == Kind::ForgetDisconnect).is_some()
    }

    /// The variables by which a new instance of `function` has a clock that is off.
    pub(crate) fn clock(&self, function: &str) -> Vec<(&'static str, String)> {
        let fired = self.state().fire(|rule| rule.is(Kind::Skew, function));
        fired.map(|fired| skew::variables(fired.millis)).unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(plan: &str) -> State {
        State::new(Plan::parse(plan.as_bytes(), &[]).unwrap())
    }

    fn faults(state: &mut State, of: u32) -> Vec<Option<Kind>> {
        (0..of).map(|_| state.fire(|_| true).map(|fired| fired.fault)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_one_others() {
        let plan = |seed| {
            let rules = r#"[{"fault":"cut","probability":0.4},{"fault":"gone","probability":0.5}]"#;
            faults(&mut state(&format!(r#"{{"seed":{seed},"rules":{rules}}}"#)), 64)
        };
        assert_eq!(plan(42), plan(42));
        assert_ne!(plan(42), plan(43));
    }

    #[test]
    fn the_first_rule_that_fires_wins_and_none_fires_too_often() {
        let rules = r#"[{"fault":"gone","probability":0},{"fault":"cut","times":2},{"fault":"throttle","times":1}]"#;
        let mut state = state(&format!(r#"{{"rules":{rules}}}"#));
        assert_eq!(faults(&mut state, 4), [Some(Kind::Cut), Some(Kind::Cut), Some(Kind::Throttle), None]);
        assert_eq!(state.fired, [0, 2, 1]);
    }
}
