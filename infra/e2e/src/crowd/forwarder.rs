//! A user who forwards messages to other rooms.

use std::{collections::BTreeMap, time::Duration};

use fastrand::Rng;
use history::{Mentions, Outcome, Sent};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    call::{Pauses, Try, once},
    recent::{Recent, Seen},
    recorder::Recorder,
    rooms::Rooms,
};
use crate::User;

/// The largest number of rooms of one call.
const MOST: usize = 3;

/// A forwarder.
pub(super) struct Forwarder {
    pub(super) user: User,
    /// The rooms to which it forwards, as a member or not.
    pub(super) rooms: Rooms,
    pub(super) recent: Recent,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    /// The number of its forwards, so that each has a client id of its own.
    pub(super) number: u64,
}

impl Forwarder {
    /// Forwards a message to some rooms, until the outcome in each is known, and records it.
    pub(super) async fn forwards(&mut self, seen: Seen) {
        let picked = (0..self.random.usize(1..=MOST)).filter_map(|_| self.rooms.pick(&mut self.random));
        let mut outcomes: BTreeMap<u64, Option<Outcome>> = picked.map(|room| (room, None)).collect();
        if outcomes.is_empty() {
            return;
        }
        self.number += 1;
        let client_id = format!("{}/forward {}", self.user.id, self.number);
        let to: Vec<u64> = outcomes.keys().copied().collect();
        let body = json!({"conversation_id": seen.room, "message_id": seen.id, "to": to, "client_id": client_id});
        let begun = self.recorder.now();
        let (mut failed, mut pauses) = (0, Pauses::default());
        while outcomes.values().any(Option::is_none) {
            let wait = match once(&self.user, Method::POST, "/forward-message/", Some(&body)).await {
                Try::Done(results, _) => self.take(&results, &mut outcomes, failed),
                Try::Refused(problem) => {
                    assert!(is_known(&problem["code"]), "a forward was refused: {problem}");
                    for outcome in outcomes.values_mut().filter(|outcome| outcome.is_none()) {
                        *outcome = Some(refused(failed));
                    }
                    break;
                }
                Try::Again(wait) => wait,
            };
            if outcomes.values().any(Option::is_none) {
                failed += 1;
                pauses.pause(&mut self.random, wait, "/forward-message/").await;
            }
        }
        let (sender, ended) = (self.user.id, self.recorder.now());
        for (room, outcome) in outcomes {
            let outcome = outcome.unwrap_or(Outcome::Unknown);
            if let Outcome::Acknowledged(message) = &outcome {
                self.recent.sees(message);
            }
            let (client_id, text, forwards) = (Some(client_id.clone()), String::new(), Some((seen.room, seen.id)));
            let (reply_to, mentions, picture) = (None, Mentions::default(), None);
            self.recorder.sent(Sent {
                sender,
                room,
                client_id,
                text,
                reply_to,
                mentions,
                picture,
                forwards,
                begun,
                ended,
                failed,
                outcome,
            });
        }
    }

    /// Takes the results of a try, and returns the longest requested pause.
    fn take(&self, results: &Value, outcomes: &mut BTreeMap<u64, Option<Outcome>>, failed: u64) -> Option<Duration> {
        let mut wait = None;
        for result in results.as_array().into_iter().flatten() {
            let room = result["conversation_id"].as_u64().unwrap_or_default();
            let Some(outcome @ None) = outcomes.get_mut(&room) else { continue };
            let code = &result["problem"]["code"];
            if result["message"].is_object() {
                *outcome = Some(Outcome::Acknowledged(self.recorder.see(&result["message"])));
            } else if matches!(code.as_str(), Some("rate_limited" | "room_busy" | "unavailable")) {
                let asked = result["retry_after"].as_u64().map(Duration::from_secs);
                assert!(asked.is_some(), "a result does not say when to try again: {result}");
                wait = wait.max(asked);
            } else {
                assert!(is_known(code), "a forward was refused: {result}");
                *outcome = Some(refused(failed));
            }
        }
        wait
    }
}

/// An earlier try may have been served although it failed.
const fn refused(failed: u64) -> Outcome {
    if failed == 0 { Outcome::Refused } else { Outcome::Unknown }
}

/// Whether the user may be no member of a room, or may not see the message or send.
fn is_known(code: &Value) -> bool {
    matches!(
        code.as_str(),
        Some(
            "not_a_member"
                | "room_not_found"
                | "message_not_found"
                | "message_deleted"
                | "not_an_admin"
                | "forwarded_too_often"
        )
    )
}
