//! A client: a socket that is opened again and again, and the timelines that pushes and lists make up.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use fastrand::Rng;
use history::{Listing, Mark, Marked, Message, Position, Scope, Step, Time, View, Visit};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::Error;

use super::{
    Person,
    call::{Pauses, persist},
    recent::Recent,
    recorder::Recorder,
    timeline::Timeline,
};
use crate::{PROTOCOLS, Socket, User, contract::CONTRACT};

/// The interval at which a client fills its gaps.
const LOOK: Duration = Duration::from_secs(1);
/// The lowest possible id.
pub(super) const BEGINNING: u64 = 1;
/// The longest time without a socket.
const OFFLINE: Duration = Duration::from_secs(12);

/// A request to a client.
pub(super) enum Request {
    /// Sends a frame, and replies with the result.
    Say { client_id: String, frame: Value, reply: oneshot::Sender<Said> },
    /// Follows a room that its user has joined. Messages that were sent before a time may be hidden from them.
    Follow { room: u64, since: Time },
    /// Forgets a room that its user has left or is about to leave.
    Forget(u64),
    /// Catches up with all rooms and their changes, and replies with its views.
    Finish(oneshot::Sender<Vec<View>>),
}

/// The result of a message that was sent over a socket.
pub(super) enum Said {
    /// The message came back as an event.
    Back(Arc<Message>),
    /// An error with this code, and the pause before a retry.
    Error(String, Option<Duration>),
}

/// A client.
pub(super) struct Device {
    pub(super) user: User,
    /// The room of its sockets, if they are for one room. Its user never leaves that room.
    pub(super) bound: Option<u64>,
    lifetime: Duration,
    pub(super) recorder: Recorder,
    pub(super) random: Rng,
    recent: Recent,
    requests: mpsc::Receiver<Request>,
    pub(super) timelines: BTreeMap<u64, Timeline>,
    /// The views of rooms that its user has left, as they were then.
    left: Vec<View>,
    /// The senders that wait for their message, by its client id.
    waiting: HashMap<String, oneshot::Sender<Said>>,
    /// The last time when no event of the socket waited.
    empty_at: Time,
}

impl Device {
    /// The client of a person, who is in these rooms.
    pub(super) fn new(
        person: &Person,
        rooms: &[u64],
        lifetime: Duration,
        recorder: Recorder,
        random: Rng,
        requests: mpsc::Receiver<Request>,
    ) -> Self {
        let Person { user, bound, recent, .. } = person;
        let timelines = rooms.iter().map(|room| (*room, Timeline::default())).collect();
        Self {
            user: user.clone(),
            bound: *bound,
            lifetime,
            recorder,
            random,
            recent: recent.clone(),
            requests,
            timelines,
            left: Vec::new(),
            waiting: HashMap::new(),
            empty_at: Time::ZERO,
        }
    }

    /// Opens one socket after another until a request to finish.
    pub(super) async fn lives(mut self) {
        loop {
            let begun = self.recorder.now();
            let mut socket = self.opens().await;
            self.empty_at = begun;
            self.begins().await;
            let end = Instant::now() + self.lifetime.mul_f64(self.random.f64());
            let mut look = Instant::now() + LOOK;
            loop {
                // While the client is busy, its events wait.
                if let Ok(text) = timeout(Duration::ZERO, socket.next_text()).await {
                    let Some(text) = text else { break };
                    self.hears(&text).await;
                    continue;
                }
                self.empty_at = self.recorder.now();
                tokio::select! {
                    text = socket.next_text() => match text {
                        Some(text) => self.hears(&text).await,
                        None => break,
                    },
                    request = self.requests.recv() => match request {
                        Some(Request::Say { client_id, frame, reply }) => {
                            self.waiting.insert(client_id, reply);
                            if !socket.tries_to_send(&frame).await {
                                break;
                            }
                        }
                        Some(Request::Follow { room, since }) => {
                            self.timelines.entry(room).or_insert_with(|| Timeline::new(since));
                            self.fills(room).await;
                            if !self.syncs() {
                                self.follows(room).await;
                            }
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
                        self.looks().await;
                        let frames = [self.types(), self.receives()];
                        let mut is_open = true;
                        for frame in frames.into_iter().flatten() {
                            is_open &= socket.tries_to_send(&frame).await;
                        }
                        if !is_open {
                            break;
                        }
                    }
                    () = sleep_until(end) => break,
                }
            }
            // Dropping their channels informs the senders that no message comes back over this socket.
            self.waiting.clear();
            if self.random.u8(..4) == 0 && !self.is_offline().await {
                return;
            }
        }
    }

    /// Catches up with all rooms and their changes.
    async fn begins(&mut self) {
        if self.syncs() {
            return self.catches_up_with_all().await;
        }
        for room in self.timelines.keys().copied().collect::<Vec<_>>() {
            self.catches_up(room).await;
            self.follows(room).await;
        }
    }

    /// Gets the messages of a room that come after a gap, or after the beginning.
    async fn fills(&mut self, room: u64) {
        if self.syncs() {
            self.catches_up_with_all().await;
        } else {
            self.catches_up(room).await;
        }
    }

    /// Fills all gaps.
    async fn looks(&mut self) {
        let (gaps, behind) = (self.rooms(Timeline::has_gap), self.rooms(Timeline::is_behind));
        if self.syncs() {
            if !(gaps.is_empty() && behind.is_empty()) {
                self.catches_up_with_all().await;
            }
            return;
        }
        for room in gaps {
            self.catches_up(room).await;
        }
        for room in behind {
            self.follows(room).await;
        }
    }

    /// Stays without a socket for a while. Returns whether the client goes on.
    async fn is_offline(&mut self) -> bool {
        let end = Instant::now() + OFFLINE.mul_f64(self.random.f64());
        loop {
            tokio::select! {
                () = sleep_until(end) => return true,
                request = self.requests.recv() => match request {
                    // Dropping the reply informs the sender.
                    Some(Request::Say { .. }) => {}
                    Some(Request::Follow { room, since }) => {
                        self.timelines.entry(room).or_insert_with(|| Timeline::new(since));
                    }
                    Some(Request::Forget(room)) => self.forgets(room),
                    Some(Request::Finish(reply)) => {
                        let _ = reply.send(self.finishes().await);
                        return false;
                    }
                    None => return false,
                }
            }
        }
    }

    async fn opens(&mut self) -> Socket {
        let url = self.user.server.websocket_url();
        let url = self.bound.map_or(url.clone(), |room| format!("{url}?room_name={room}"));
        let offered = format!("bearer, {}", self.user.token);
        let mut pauses = Pauses::default();
        loop {
            match Socket::tries_to_open(&url, &[(PROTOCOLS, &offered)]).await {
                Ok(socket) => return socket,
                // A member with a session is refused only for temporary reasons.
                Err(Error::Http(refusal)) if is_final(refusal.status().as_u16()) => {
                    panic!("{}'s socket, {url}: {refusal:?}", self.user.name)
                }
                Err(_) => pauses.pause(&mut self.random, None, "opening a socket").await,
            }
        }
    }

    async fn hears(&mut self, text: &str) {
        let event: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("an event is JSON: {text}"));
        // If a function has failed, the event is of the gateway.
        if event.get("type").is_none() {
            assert!(event["message"].is_string(), "{text}");
            return;
        }
        CONTRACT.assert_event(&event);
        match event["type"].as_str() {
            Some("message") => {
                let Some(message) = self.recorder.hears(self.user.id, self.bound, self.empty_at, &event) else {
                    return;
                };
                let own = message.client_id.as_ref().filter(|_| message.sender == self.user.id);
                if let Some(waiting) = own.and_then(|id| self.waiting.remove(id)) {
                    let _ = waiting.send(Said::Back(Arc::clone(&message)));
                }
                self.recent.sees(&message);
                if let Some(timeline) = self.timelines.get_mut(&message.room) {
                    let room = message.room;
                    timeline.is_pushed(message);
                    timeline.knows_of(event["changes"].as_u64().unwrap_or_default());
                    if timeline.has_gap() {
                        self.fills(room).await;
                    }
                }
            }
            Some("error") => {
                let code = event["code"].as_str().unwrap_or_default();
                assert_ne!(code, "internal", "{text}");
                let waiting = event["client_id"].as_str().and_then(|id| self.waiting.remove(id));
                if let Some(waiting) = waiting {
                    let wait = event["retry_after"].as_u64().map(Duration::from_secs);
                    let _ = waiting.send(Said::Error(code.to_owned(), wait));
                }
            }
            _ => self.hears_of(&event),
        }
    }

    /// Hears an event other than a message. One with a message and the next number needs no list.
    fn hears_of(&mut self, event: &Value) {
        let message = self.recorder.hears(self.user.id, self.bound, self.empty_at, event);
        let room = event["conversation"].as_u64().and_then(|room| self.timelines.get_mut(&room));
        let Some((timeline, change)) = room.zip(event["change"].as_u64()) else { return };
        match message {
            Some(message) => timeline.hears(change, message, (self.empty_at, self.recorder.now())),
            None => timeline.knows_of(change),
        }
    }

    /// The frame by which the user types in one of the rooms, now and then.
    fn types(&mut self) -> Option<Value> {
        let room = self.random.choice(self.timelines.keys()).copied()?;
        (self.random.u8(..16) == 0).then(|| json!({"type": "typing", "conversation": room}))
    }

    /// The frame that says, now and then, which messages the client has.
    fn receives(&mut self) -> Option<Value> {
        if self.random.u8(..4) != 0 {
            return None;
        }
        let begun = self.recorder.now();
        let rooms = self.timelines.iter().map(|(room, timeline)| (*room, timeline.cursor()));
        let rooms: Vec<_> = rooms.filter(|(_, last)| *last > BEGINNING).collect();
        for &(room, message) in &rooms {
            let marked = Marked { user: self.user.id, room, mark: Mark::Delivered, message, begun };
            self.recorder.write().marked.push(marked);
        }
        let marks = rooms.iter().map(|(room, message)| json!({"conversation": room, "message": message}));
        (!rooms.is_empty()).then(|| json!({"type": "delivered", "marks": marks.collect::<Vec<_>>()}))
    }

    /// Lists the messages after the cursor, page by page, to the end or to a hole that is not final yet.
    async fn catches_up(&mut self, room: u64) {
        let Some(cursor) = self.timelines.get(&room).map(|timeline| timeline.cursor().max(BEGINNING)) else { return };
        self.lists(room, cursor).await;
    }

    /// Lists the messages of a room after an id. `None` if the user has left the room.
    pub(super) async fn lists(&mut self, room: u64, mut cursor: u64) -> Option<Vec<Arc<Message>>> {
        let mut all = Vec::new();
        let mut path = format!("/list-conversation-messages/{room}/?limit=100&after={cursor}");
        loop {
            let begun = self.recorder.now();
            let (page, next) = persist(&self.user, &mut self.random, Method::GET, &path, None).await.ok()?;
            let messages = self.recorder.see_all(self.user.id, page.as_array().into_iter().flatten(), begun);
            if let Some(timeline) = self.timelines.get_mut(&room) {
                timeline.is_listed(&messages);
            }
            all.extend(messages.iter().cloned());
            let (position, last) = (Position::After(cursor), messages.last().map_or(cursor, |message| message.id));
            let (user, scope, ended) = (self.user.id, Scope::Room(room), self.recorder.now());
            let listing = Listing { user, scope, position, messages, begun, ended };
            self.recorder.write().listings.push(listing);
            cursor = last;
            let Some(next) = next else { return Some(all) };
            path = next;
        }
    }

    /// Lists the changes after the known ones, to the end or to one that may still be on its way. If the client is to
    /// begin anew, lists the messages again.
    async fn follows(&mut self, room: u64) {
        while let Some(after) = self.timelines.get(&room).map(Timeline::change) {
            let begun = self.recorder.now();
            let path = format!("/list-changes/{room}/?after={after}");
            let answer = persist(&self.user, &mut self.random, Method::GET, &path, None).await;
            // A refusal means that the user has left the room.
            let Ok((answer, _)) = answer else { return };
            let changed = answer["changed"].as_array().into_iter().flatten();
            let mut messages = self.recorder.see_all(self.user.id, changed, begun);
            let (user, ended) = (self.user.id, self.recorder.now());
            self.recorder.write().visits.push(Visit { user, room, call: "list-changes", begun, ended });
            let is_anew = answer["reset"] == true;
            if is_anew {
                let Some(all) = self.lists(room, BEGINNING).await else { return };
                messages.extend(all);
            }
            // After the messages that it may have listed again.
            let ended = self.recorder.now();
            let (change, is_all) = (answer["change"].as_u64().unwrap_or_default(), answer["more"] == false);
            if let Some(timeline) = self.timelines.get_mut(&room) {
                timeline.follows(Step { after, change, messages, is_all, is_anew, is_event: false, begun, ended });
            }
            if is_all {
                return;
            }
        }
    }

    /// The rooms for which something is to be listed.
    fn rooms(&self, is_wanted: fn(&Timeline) -> bool) -> Vec<u64> {
        self.timelines.iter().filter(|(_, timeline)| is_wanted(timeline)).map(|(room, _)| *room).collect()
    }

    fn forgets(&mut self, room: u64) {
        if let Some(mut timeline) = self.timelines.remove(&room) {
            self.recorder.write().followed.push(timeline.followed(self.user.id, room, false));
            self.left.push(timeline.view(self.user.id, room, false));
        }
    }

    async fn finishes(&mut self) -> Vec<View> {
        self.begins().await;
        for (room, timeline) in &mut self.timelines {
            self.recorder.write().followed.push(timeline.followed(self.user.id, *room, true));
        }
        let views = self.timelines.iter().map(|(room, timeline)| timeline.view(self.user.id, *room, true));
        self.left.drain(..).chain(views).collect()
    }
}

/// Whether a retry would get the same status.
fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}
