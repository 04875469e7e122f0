//! A sender of one message after another, each until its outcome is known.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use history::{Mentions, Message, Outcome, Sent};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{
    call::{Pauses, Try, once},
    device::{Request, Said},
    recent::Recent,
    recorder::Recorder,
    rooms::Rooms,
};
use crate::{File, Upload, User};

/// The time that a message may take to come back over a socket before the sender retries.
const BACK: Duration = Duration::from_secs(3);

/// The failed tries after which a sender gives up a picture: its check may have died for good.
const MOST_TRIES: u64 = 12;

/// A sender.
pub(super) struct Sender {
    pub(super) user: User,
    /// The rooms that they send to, as a member or not.
    pub(super) rooms: Rooms,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    /// The user's client, for messages over a socket.
    pub(super) device: mpsc::Sender<Request>,
    /// The room of the client's sockets, if they are for one room. Messages of other rooms do not come back over them.
    pub(super) bound: Option<u64>,
    /// The longest pause after a message.
    pub(super) pause: Duration,
    /// The messages that the next one may answer, and whose senders it may mention.
    pub(super) recent: Recent,
}

/// The result of one try.
enum Tried {
    Acknowledged(Arc<Message>),
    Refused,
    /// The picture was refused, because each of its checks has died, or an earlier try has used it.
    WithoutPicture,
    Failed(Option<Duration>),
}

impl Sender {
    /// Sends until enough has been acknowledged.
    pub(super) async fn sends(mut self) {
        let mut number = 0;
        while !self.recorder.has_enough() {
            let Some(room) = self.rooms.pick(&mut self.random) else {
                sleep(self.pause).await;
                continue;
            };
            let text = format!("{}/{number}", self.user.id);
            let sent = self.send(room, text).await;
            let acknowledged = matches!(sent.outcome, Outcome::Acknowledged(_));
            if let Outcome::Acknowledged(message) = &sent.outcome {
                self.recent.sees(message);
            }
            let used = sent.client_id.clone().filter(|_| acknowledged && self.random.u8(..10) == 0);
            self.recorder.sent(sent);
            if let Some(client_id) = used {
                self.reuses(room, &client_id).await;
            }
            number += 1;
            sleep(self.pause.mul_f64(self.random.f64())).await;
        }
    }

    async fn send(&mut self, room: u64, text: String) -> Sent {
        // A message without a client id cannot be retried.
        let client_id = (self.random.u8(..10) > 0).then(|| text.clone());
        let answered = self.recent.pick(&mut self.random, |seen| seen.room == room);
        let reply_to = answered.filter(|_| self.random.u8(..4) == 0).map(|seen| seen.id);
        let mentions =
            if self.random.u8(..4) == 0 { self.recent.mentions(&mut self.random, room) } else { Mentions::default() };
        let picture = if client_id.is_some() { self.uploads(room).await } else { None };
        let content = json!({
            "text": text, "client_id": client_id, "reply_to": reply_to, "attachment_picture": picture,
            "mentions": mentions.users, "mentions_all": mentions.all,
        });
        let most = if picture.is_some() { MOST_TRIES } else { u64::MAX };
        let begun = self.recorder.now();
        let mut failed = 0;
        let mut pauses = Pauses::default();
        let outcome = loop {
            match self.tries(room, client_id.as_deref(), content.clone()).await {
                Tried::Acknowledged(message) => break Outcome::Acknowledged(message),
                // An earlier try may have been served although it failed.
                Tried::Refused => break if failed == 0 { Outcome::Refused } else { Outcome::Unknown },
                Tried::WithoutPicture => break Outcome::Unknown,
                Tried::Failed(_) if client_id.is_none() || failed == most => {
                    failed += 1;
                    break Outcome::Unknown;
                }
                Tried::Failed(wait) => {
                    failed += 1;
                    pauses.pause(&mut self.random, wait, &text).await;
                }
            }
        };
        let (sender, forwards, ended) = (self.user.id, None, self.recorder.now());
        Sent { sender, room, client_id, text, reply_to, mentions, picture, forwards, begun, ended, failed, outcome }
    }

    /// Now and then uploads a picture for a room, and returns its id. `None` if the call fails.
    async fn uploads(&mut self, room: u64) -> Option<String> {
        if self.random.u8(..6) > 0 {
            return None;
        }
        let file = File::picture();
        let announcement = file.announcement(room);
        let announced = once(&self.user, Method::POST, "/create-attachment/", Some(&announcement)).await;
        let Try::Done(announced, _) = announced else { return None };
        let upload = Upload::of(&announced);
        let (status, body) = upload.sends(&file.bytes).await;
        assert_eq!(status, 204, "{body}");
        Some(upload.id)
    }

    /// Sends another text with the client id of a stored message. Asserts that it is refused.
    async fn reuses(&self, room: u64, client_id: &str) {
        let body = json!({"conversation_id": room, "text": format!("not {client_id}"), "client_id": client_id});
        match once(&self.user, Method::POST, "/send-message/", Some(&body)).await {
            Try::Done(message, _) => panic!("{client_id} has a second content: {message}"),
            Try::Refused(problem) if problem["code"] == "client_id_reused" => {}
            Try::Refused(problem) => drop(refused(&problem["code"])),
            Try::Again(_) => {}
        }
    }

    async fn tries(&mut self, room: u64, client_id: Option<&str>, content: Value) -> Tried {
        if let Some(client_id) = client_id.filter(|_| self.bound.is_none_or(|bound| bound == room))
            && self.random.bool()
        {
            return self.tries_by_socket(room, client_id, content).await;
        }
        let mut body = content;
        body["conversation_id"] = room.into();
        match once(&self.user, Method::POST, "/send-message/", Some(&body)).await {
            Try::Done(message, _) => Tried::Acknowledged(self.recorder.see(&message)),
            Try::Refused(problem) => refused(&problem["code"]),
            Try::Again(wait) => Tried::Failed(wait),
        }
    }

    async fn tries_by_socket(&self, room: u64, client_id: &str, content: Value) -> Tried {
        let mut frame = content;
        (frame["type"], frame["conversation"]) = ("message".into(), room.into());
        let (reply, said) = oneshot::channel();
        if self.device.send(Request::Say { client_id: client_id.to_owned(), frame, reply }).await.is_err() {
            return Tried::Failed(None);
        }
        match timeout(BACK, said).await {
            Ok(Ok(Said::Back(message))) => Tried::Acknowledged(message),
            Ok(Ok(Said::Error(code, wait))) => match code.as_str() {
                "rate_limited" | "unavailable" => {
                    assert!(wait.is_some(), "{code} does not say when to try again");
                    Tried::Failed(wait)
                }
                code => refused(&code.into()),
            },
            Ok(Err(_)) | Err(_) => Tried::Failed(None),
        }
    }
}

/// Asserts that the reason of a refusal is that the user is not a member, that only admins may send, that the answered
/// message is hidden or deleted, or that the picture cannot be used.
fn refused(code: &Value) -> Tried {
    match code.as_str() {
        Some("not_a_member" | "room_not_found" | "not_an_admin" | "message_not_found" | "message_deleted") => {
            Tried::Refused
        }
        Some("attachment_invalid") => Tried::WithoutPicture,
        _ => panic!("a message was refused: {code}"),
    }
}
