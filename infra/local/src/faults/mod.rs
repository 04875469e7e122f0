//! Faults after a plan: instances that die between two calls, services that fail, sockets that are cut.
//!
//! This module decides which fault strikes, and nothing more: the gateway strikes, and the services word their errors.
//! Faults strike only between the functions and the platform, and all of them happen on AWS too.

mod plan;
mod skew;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::{
    Json,
    body::{Body, to_bytes},
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use fastrand::Rng;
use serde::Serialize;

pub(crate) use self::plan::Fault;
use self::plan::{Plan, Rule};
use crate::calls::Call;

/// The largest plan, in bytes.
const MAX_PLAN: usize = 1024 * 1024;

/// The faults of a runtime: none before the first plan.
#[derive(Debug)]
pub struct Faults {
    functions: Vec<String>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    plan: Plan,
    /// The number of times that each rule has fired.
    fired: Vec<u64>,
    rng: Rng,
}

/// The effect of a rule that has fired.
#[derive(Debug)]
pub(crate) struct Strike {
    pub(crate) fault: Fault,
    pub(crate) millis: i64,
    /// The source of chance within the fault.
    pub(crate) rng: Rng,
}

/// How an event is served twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Twice {
    /// By two instances at the same time.
    AtOnce,
    /// A second time after the first.
    InTurn,
}

impl State {
    fn new(plan: Plan) -> Self {
        Self { fired: vec![0; plan.rules.len()], rng: Rng::with_seed(plan.seed), plan }
    }

    fn fire(&mut self, covers: impl Fn(&Rule) -> bool) -> Option<Strike> {
        let mut rules = self.plan.rules.iter().zip(&mut self.fired);
        let (rule, fired) = rules.find(|(rule, fired)| {
            covers(rule) && rule.times.is_none_or(|times| **fired < times) && self.rng.f64() < rule.probability
        })?;
        *fired += 1;
        Some(Strike { fault: rule.fault, millis: rule.millis.unwrap_or_default(), rng: self.rng.fork() })
    }
}

impl Faults {
    /// No faults yet; plans may name functions by these labels.
    #[must_use]
    pub fn new(functions: Vec<String>) -> Self {
        Self { functions, state: Mutex::new(State::new(Plan::default())) }
    }

    /// Answers `/_local/faults`: `PUT` begins a plan, `GET` returns the plan and how often each of its rules has fired.
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

    /// The fault that strikes a call, if one does.
    pub(crate) fn strike(&self, call: &Call) -> Option<Strike> {
        self.state().fire(|rule| rule.covers(call))
    }

    /// Whether an event of `function` is served twice, and how.
    pub(crate) fn duplicates(&self, function: &str) -> Option<Twice> {
        let mut fired = self.state().fire(|rule| rule.is(Fault::Duplicate, function))?;
        Some(if fired.rng.bool() { Twice::AtOnce } else { Twice::InTurn })
    }

    /// Whether a fault cuts the socket of this frame.
    pub(crate) fn cuts(&self) -> bool {
        self.state().fire(|rule| rule.fault == Fault::Cut).is_some()
    }

    /// Whether a fault suppresses this `$disconnect`.
    pub(crate) fn forgets_disconnect(&self) -> bool {
        self.state().fire(|rule| rule.fault == Fault::ForgetDisconnect).is_some()
    }

    /// The variables that put the clock of a new instance of `function` forward or back.
    pub(crate) fn clock(&self, function: &str) -> Vec<(&'static str, String)> {
        let fired = self.state().fire(|rule| rule.is(Fault::Skew, function));
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

    fn faults(state: &mut State, of: u32) -> Vec<Option<Fault>> {
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
        assert_eq!(faults(&mut state, 4), [Some(Fault::Cut), Some(Fault::Cut), Some(Fault::Throttle), None]);
        assert_eq!(state.fired, [0, 2, 1]);
    }
}
