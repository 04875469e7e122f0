//! Somebody who sends one message after another, each until it is known what became of it.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use history::{Message, Outcome, Sent};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{
    call::{Pauses, Try, once},
    device::{Request, Said},
    recorder::Recorder,
};
use crate::User;

/// How long a message may take to come back over a socket before it is sent again.
const BACK: Duration = Duration::from_secs(3);
/// What a client waits that is told over a socket that it sends too much.
const TOO_MUCH: Duration = Duration::from_secs(1);

/// A sender.
pub(super) struct Sender {
    pub(super) user: User,
    /// Where they send to, whether they are in or not.
    pub(super) rooms: Vec<u64>,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    /// The client that they use, for what goes over a socket.
    pub(super) device: mpsc::Sender<Request>,
    /// The room that its sockets are for, if they are for one: nothing of another comes back over them.
    pub(super) bound: Option<u64>,
    /// How long they pause after each message, at most.
    pub(super) pause: Duration,
}

/// What one try gave.
enum Tried {
    Acknowledged(Arc<Message>),
    Refused,
    Failed(Option<Duration>),
}

impl Sender {
    /// Sends until enough has been acknowledged.
    pub(super) async fn sends(mut self) {
        let mut number = 0;
        while !self.recorder.has_enough() {
            let room = *self.random.choice(&self.rooms).expect("a sender has rooms");
            let text = format!("{}/{number}", self.user.id);
            let sent = self.send(room, text).await;
            self.recorder.sent(sent);
            number += 1;
            sleep(self.pause.mul_f64(self.random.f64())).await;
        }
    }

    async fn send(&mut self, room: u64, text: String) -> Sent {
        // Without a name of its own a message cannot be sent again.
        let client_id = (self.random.u8(..10) > 0).then(|| text.clone());
        let begun = self.recorder.now();
        let mut failed = 0;
        let mut pauses = Pauses::default();
        let outcome = loop {
            match self.tries(room, &text, client_id.as_deref()).await {
                Tried::Acknowledged(message) => break Outcome::Acknowledged(message),
                // One of the tries before may have been served all the same.
                Tried::Refused => break if failed == 0 { Outcome::Refused } else { Outcome::Unknown },
                Tried::Failed(_) if client_id.is_none() => {
                    failed += 1;
                    break Outcome::Unknown;
                }
                Tried::Failed(wait) => {
                    failed += 1;
                    pauses.pause(&mut self.random, wait, &text).await;
                }
            }
        };
        Sent { sender: self.user.id, room, client_id, text, begun, ended: self.recorder.now(), failed, outcome }
    }

    async fn tries(&mut self, room: u64, text: &str, client_id: Option<&str>) -> Tried {
        if client_id.is_some() && self.bound.is_none_or(|bound| bound == room) && self.random.bool() {
            return self.tries_by_socket(room, text).await;
        }
        let body = json!({"conversation_id": room, "text": text, "client_id": client_id});
        match once(&self.user, Method::POST, "/send-message/", Some(&body)).await {
            Try::Done(message, _) => Tried::Acknowledged(self.recorder.see(&message)),
            Try::Refused(problem) => refused(&problem["code"]),
            Try::Again(wait) => Tried::Failed(wait),
        }
    }

    async fn tries_by_socket(&self, room: u64, text: &str) -> Tried {
        let frame = json!({"type": "message", "conversation": room, "text": text, "client_id": text});
        let (reply, said) = oneshot::channel();
        if self.device.send(Request::Say { text: text.to_owned(), frame, reply }).await.is_err() {
            return Tried::Failed(None);
        }
        match timeout(BACK, said).await {
            Ok(Ok(Said::Back(message))) => Tried::Acknowledged(message),
            Ok(Ok(Said::Error(code))) => match code.as_str() {
                "rate_limited" | "unavailable" => Tried::Failed(Some(TOO_MUCH)),
                code => refused(&code.into()),
            },
            Ok(Err(_)) | Err(_) => Tried::Failed(None),
        }
    }
}

/// Only those who have left are refused.
fn refused(code: &Value) -> Tried {
    assert_eq!(code, "not_a_member", "a message was refused");
    Tried::Refused
}
