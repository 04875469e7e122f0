//! Calls that change rooms, roles and blocks, with the time in which they took effect.

use std::time::Duration;

use history::{Change, GOES_ON_FOR, TWICE_WITHIN, Time};
use reqwest::Method;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    call::{Pauses, Try, once},
    device::Request,
    recorder::Recorder,
    rooms::Rooms,
};
use crate::User;

/// A user with their client, whom a script directs.
pub(super) struct Player {
    pub(super) user: User,
    pub(super) rooms: Rooms,
    pub(super) device: mpsc::Sender<Request>,
    pub(super) recorder: Recorder,
    pub(super) random: fastrand::Rng,
}

/// A call that was repeated until it succeeded or a rule refused it.
pub(super) struct Act {
    pub(super) begun: Time,
    pub(super) ended: Time,
    /// Whether a try failed. Its request may be served later.
    pub(super) has_failed: bool,
    /// The body of the answer, or the problem.
    pub(super) answer: Result<Value, Value>,
}

impl Player {
    pub(super) fn id(&self) -> u64 {
        self.user.id
    }

    /// The same user for another script.
    pub(super) fn fork(&mut self) -> Self {
        Self {
            user: self.user.clone(),
            rooms: self.rooms.clone(),
            device: self.device.clone(),
            recorder: self.recorder.clone(),
            random: self.random.fork(),
        }
    }

    pub(super) async fn posts(&mut self, path: &str, body: Value) -> Act {
        self.acts(Method::POST, path, Some(&body)).await
    }

    pub(super) async fn deletes(&mut self, path: &str) -> Act {
        self.acts(Method::DELETE, path, None).await
    }

    /// Repeats a call until it succeeds or a rule refuses it.
    pub(super) async fn acts(&mut self, method: Method, path: &str, body: Option<&Value>) -> Act {
        let begun = self.recorder.now();
        let (mut has_failed, mut pauses) = (false, Pauses::default());
        let room = body.and_then(|body| body["conversation_id"].as_u64());
        let answer = loop {
            let tried = once(&self.user, method.clone(), path, body).await;
            // A refused call changes nothing.
            if let Some(room) = room.filter(|_| !matches!(tried, Try::Refused(_))) {
                self.recorder.acts(room);
            }
            match tried {
                Try::Done(body, _) => break Ok(body),
                Try::Refused(problem) => break Err(problem),
                Try::Again(wait) => {
                    has_failed = true;
                    pauses.pause(&mut self.random, wait, path).await;
                }
            }
        };
        Act { begun, ended: self.recorder.now(), has_failed, answer }
    }

    /// Follows a room that the user has entered. Messages that were sent before a time may be hidden from them.
    pub(super) async fn enters(&self, room: u64, since: Time) {
        self.rooms.add(room);
        let _ = self.device.send(Request::Follow { room, since }).await;
    }

    /// Forgets a room that the user is about to leave, so that their client does not expect the last messages. They
    /// still try to send and to read there.
    pub(super) async fn gives_up(&self, room: u64) {
        let _ = self.device.send(Request::Forget(room)).await;
    }
}

impl Act {
    pub(super) const fn time(&self) -> (Time, Time) {
        (self.begun, self.ended)
    }

    /// Whether it may have taken effect.
    pub(super) const fn may_have_worked(&self) -> bool {
        self.answer.is_ok() || self.has_failed
    }

    /// The change that it made. Sure if the call has succeeded.
    pub(super) const fn change<K, V>(&self, of: K, value: V, by: u64) -> Change<K, V> {
        let Self { begun, ended, has_failed, .. } = self;
        let is_sure = self.answer.is_ok();
        Change { of, value, by, begun: *begun, ended: *ended, has_failed: *has_failed, is_sure }
    }

    /// The time after which it has no further effect.
    pub(super) const fn settles_within(&self) -> Duration {
        if self.has_failed { GOES_ON_FOR } else { TWICE_WITHIN }
    }

    /// Asserts that the call has succeeded, or was refused because an earlier try had succeeded.
    #[track_caller]
    pub(super) fn is_done(&self, codes: &[&str]) {
        if let Err(problem) = &self.answer {
            let is_repeated = problem["code"].as_str().is_some_and(|code| codes.contains(&code));
            assert!(is_repeated, "a call was refused: {problem}");
        }
    }

    /// Asserts that the call was refused.
    #[track_caller]
    pub(super) fn is_refused(&self, code: &str) {
        match &self.answer {
            Ok(body) => panic!("a call should have been refused with {code}, and gave {body}"),
            Err(problem) => assert_eq!(problem["code"], code, "{problem}"),
        }
    }
}
