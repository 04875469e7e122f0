//! A client: a socket that comes and goes, and what it has put together of pushes and lists.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use fastrand::Rng;
use history::{Listing, Message, Position, Push, Scope, View};
use reqwest::Method;
use serde_json::Value;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::Error;

use super::{
    call::{Pauses, path_of, persist},
    recorder::Recorder,
    timeline::Timeline,
};
use crate::{Socket, User, contract::CONTRACT};

/// How long a socket stays open before its client is gone without a word, at most.
const LIFETIME: Duration = Duration::from_secs(12);
/// How often a client looks after its gaps.
const LOOK: Duration = Duration::from_secs(1);
/// The first id that there could be.
const BEGINNING: u64 = 1;

/// What is asked of a client.
pub(super) enum Request {
    /// Send a frame, and tell what came back.
    Say { text: String, frame: Value, reply: oneshot::Sender<Said> },
    /// Its user has joined a room.
    Follow(u64),
    /// Its user has left a room, or is about to.
    Forget(u64),
    /// Catch up with all rooms, and tell what it has.
    Finish(oneshot::Sender<Vec<View>>),
}

/// What came of a message that was sent over a socket.
pub(super) enum Said {
    /// It came back.
    Back(Arc<Message>),
    /// An error with this code.
    Error(String),
}

/// A client.
pub(super) struct Device {
    pub(super) user: User,
    /// The room that its sockets are for, if they are for one; its user never leaves that one.
    pub(super) bound: Option<u64>,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    requests: mpsc::Receiver<Request>,
    timelines: BTreeMap<u64, Timeline>,
    /// The rooms that its user has left, with what was known then.
    left: Vec<View>,
    /// Who waits for which text to come back.
    waiting: HashMap<String, oneshot::Sender<Said>>,
}

impl Device {
    pub(super) fn new(
        user: User,
        rooms: &[u64],
        bound: Option<u64>,
        recorder: Recorder,
        random: Rng,
        requests: mpsc::Receiver<Request>,
    ) -> Self {
        let timelines = rooms.iter().map(|room| (*room, Timeline::default())).collect();
        Self { user, bound, recorder, random, requests, timelines, left: Vec::new(), waiting: HashMap::new() }
    }

    /// Opens one socket after another until it is asked to finish.
    pub(super) async fn lives(mut self) {
        loop {
            let mut socket = self.opens().await;
            for room in self.timelines.keys().copied().collect::<Vec<_>>() {
                self.catches_up(room).await;
            }
            let end = Instant::now() + LIFETIME.mul_f64(self.random.f64());
            let mut look = Instant::now() + LOOK;
            loop {
                tokio::select! {
                    text = socket.next_text() => match text {
                        Some(text) => self.hears(&text).await,
                        None => break,
                    },
                    request = self.requests.recv() => match request {
                        Some(Request::Say { text, frame, reply }) => {
                            self.waiting.insert(text, reply);
                            if !socket.tries_to_send(&frame).await {
                                break;
                            }
                        }
                        Some(Request::Follow(room)) => {
                            self.timelines.entry(room).or_default();
                            self.catches_up(room).await;
                        }
                        Some(Request::Forget(room)) => self.forgets(room),
                        Some(Request::Finish(reply)) => {
                            let _ = reply.send(self.finishes().await);
                            return;
                        }
                        None => return,
                    },
                    () = sleep_until(look) => {
                        look = Instant::now() + LOOK;
                        for room in self.gaps() {
                            self.catches_up(room).await;
                        }
                    }
                    () = sleep_until(end) => break,
                }
            }
            // Whoever waits for something to come back over this socket learns that it will not.
            self.waiting.clear();
        }
    }

    async fn opens(&mut self) -> Socket {
        let url = self.user.server.websocket_url();
        let url = self.bound.map_or(url.clone(), |room| format!("{url}?room_name={room}"));
        let mut pauses = Pauses::default();
        loop {
            match Socket::tries_to_open(&url, &["bearer", &self.user.token], None).await {
                Ok(socket) => return socket,
                // Whoever is in the room, with a session, is refused only for what passes.
                Err(Error::Http(refusal)) if is_final(refusal.status().as_u16()) => {
                    panic!("{}'s socket, {url}: {refusal:?}", self.user.name)
                }
                Err(_) => pauses.pause(&mut self.random, None, "opening a socket").await,
            }
        }
    }

    async fn hears(&mut self, text: &str) {
        let event: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("an event is JSON: {text}"));
        // The gateway itself speaks where a function has failed.
        if event.get("type").is_none() {
            assert!(event["message"].is_string(), "{text}");
            return;
        }
        CONTRACT.assert_event(&event);
        match event["type"].as_str() {
            Some("message") => {
                let message = self.recorder.see(&event);
                let push = Push { user: self.user.id, bound: self.bound, message: Arc::clone(&message) };
                self.recorder.write().pushes.push(push);
                if let Some(waiting) = self.waiting.remove(&message.text) {
                    let _ = waiting.send(Said::Back(Arc::clone(&message)));
                }
                if let Some(timeline) = self.timelines.get_mut(&message.room) {
                    let room = message.room;
                    timeline.is_pushed(message);
                    if timeline.has_gap() {
                        self.catches_up(room).await;
                    }
                }
            }
            Some("error") => {
                let code = event["code"].as_str().unwrap_or_default();
                assert_ne!(code, "internal", "{text}");
                let waiting = event["client_id"].as_str().and_then(|id| self.waiting.remove(id));
                if let Some(waiting) = waiting {
                    let _ = waiting.send(Said::Error(code.to_owned()));
                }
            }
            _ => {}
        }
    }

    /// Asks for what came after the cursor, page by page, to the end or to a hole that is not settled yet.
    async fn catches_up(&mut self, room: u64) {
        let Some(mut cursor) = self.timelines.get(&room).map(|timeline| timeline.cursor().max(BEGINNING)) else {
            return;
        };
        let mut path = format!("/list-conversation-messages/{room}/?limit=100&after={cursor}");
        loop {
            let begun = self.recorder.now();
            let answer = persist(&self.user, &mut self.random, Method::GET, &path, None).await;
            // Not in the room: its user is leaving.
            let Ok((page, next)) = answer else { return };
            let messages: Vec<_> =
                page.as_array().into_iter().flatten().map(|shown| self.recorder.see(shown)).collect();
            if let Some(timeline) = self.timelines.get_mut(&room) {
                timeline.is_told(&messages);
            }
            let (position, last) = (Position::After(cursor), messages.last().map_or(cursor, |message| message.id));
            let listing = Listing { user: self.user.id, scope: Scope::Room(room), position, messages, begun };
            self.recorder.write().listings.push(listing);
            cursor = last;
            let Some(next) = next else { return };
            path = path_of(&next);
        }
    }

    fn gaps(&self) -> Vec<u64> {
        self.timelines.iter().filter(|(_, timeline)| timeline.has_gap()).map(|(room, _)| *room).collect()
    }

    fn forgets(&mut self, room: u64) {
        if let Some(timeline) = self.timelines.remove(&room) {
            self.left.push(timeline.view(self.user.id, room, false));
        }
    }

    async fn finishes(&mut self) -> Vec<View> {
        for room in self.timelines.keys().copied().collect::<Vec<_>>() {
            self.catches_up(room).await;
        }
        let views = self.timelines.iter().map(|(room, timeline)| timeline.view(self.user.id, *room, true));
        self.left.drain(..).chain(views).collect()
    }
}

/// Whether a status says that trying again gives the same.
fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}
