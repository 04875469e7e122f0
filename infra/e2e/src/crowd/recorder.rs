//! The record of the crowd.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use history::{
    History, Listing, Mark, Message, Moved, News, Outcome, Overview, Position, Push, Quote, Revision, RoomSeen, Scope,
    Sent, Signal, Time,
};
use serde_json::Value;

/// The history that all clients write. Cheap to clone.
#[derive(Clone)]
pub(super) struct Recorder(Arc<Inner>);

struct Inner {
    start: Instant,
    history: Mutex<History>,
    acknowledged: AtomicUsize,
    wanted: usize,
    came_back: AtomicUsize,
    wanderers: usize,
    through: AtomicUsize,
    scripts: usize,
    is_over: AtomicBool,
}

impl Recorder {
    /// An empty history, which is complete with `wanted` acknowledged operations, as many returns to a room as there
    /// are wanderers, and all scripts through.
    pub(super) fn new(wanted: usize, wanderers: usize, scripts: usize) -> Self {
        Self(Arc::new(Inner {
            start: Instant::now(),
            history: Mutex::default(),
            acknowledged: AtomicUsize::new(0),
            wanted,
            came_back: AtomicUsize::new(0),
            wanderers,
            through: AtomicUsize::new(0),
            scripts,
            is_over: AtomicBool::new(false),
        }))
    }

    pub(super) fn now(&self) -> Time {
        self.0.start.elapsed()
    }

    pub(super) fn write(&self) -> MutexGuard<'_, History> {
        self.0.history.lock().unwrap()
    }

    /// Records a message of an answer or an event.
    pub(super) fn see(&self, shown: &Value) -> Arc<Message> {
        let message = serde_json::from_value(shown.clone()).unwrap_or_else(|error| panic!("{error}: {shown}"));
        self.write().see(message)
    }

    /// Records the messages of an answer, and their quotes.
    pub(super) fn see_all<'a>(
        &self,
        user: u64,
        messages: impl Iterator<Item = &'a Value>,
        begun: Time,
    ) -> Vec<Arc<Message>> {
        let ended = self.now();
        let see = |shown: &Value| {
            let message = self.see(shown);
            if let Some(quote) = shown["quoted"].as_object() {
                let [id, sender] = ["id", "sender"].map(|name| quote[name].as_u64().unwrap_or_default());
                let text = quote["text"].as_str().unwrap_or_default().to_owned();
                let (room, reply) = (message.room, message.id);
                self.write().quotes.push(Quote { user, room, reply, id, sender, text, begun, ended });
            }
            message
        };
        messages.map(see).collect()
    }

    /// Records an event of a socket that was empty at a time. Returns its message if it has one.
    pub(super) fn hears(&self, user: u64, bound: Option<u64>, since: Time, event: &Value) -> Option<Arc<Message>> {
        let kind = event["type"].as_str().unwrap_or_default();
        let at = (since, self.now());
        if kind == "message" {
            let message = self.see(event);
            self.write().pushes.push(Push { user, bound, message: Arc::clone(&message), at });
            return Some(message);
        }
        let message = Some(&event["message"]).filter(|message| message.is_object()).map(|shown| self.see(shown));
        // The others are for users outside.
        let is_for_members = matches!(
            kind,
            "typing" | "delivered" | "read" | "joined" | "left" | "room" | "edited" | "deleted" | "reaction"
        );
        let room = event["conversation"].as_u64().filter(|_| is_for_members)?;
        let by = match &message {
            Some(message) if message.hidden => user,
            Some(message) => message.deleted_by.unwrap_or(message.sender),
            None => event["sender"].as_u64().or_else(|| event["user"].as_u64()).unwrap_or(user),
        };
        let mut history = self.write();
        let last = [(Mark::Delivered, "last_delivered"), (Mark::Read, "last_read")];
        for (mark, message) in last.into_iter().filter_map(|(mark, name)| Some((mark, event[name].as_u64()?))) {
            history.moved.push(Moved { user, of: by, room, mark, message, at });
        }
        if let Some(change) = event["change"].as_u64() {
            let id = message.as_ref().map_or(&event["message_id"], |_| &event["message"]["id"]);
            let meaning = format!("{kind} {id} {} {}", event["user"], event["emoji"]);
            history.news.push(News { user, bound, room, change, meaning, message: message.clone(), at });
        }
        history.signals.push(Signal { user, by, room, kind: kind.to_owned(), at });
        message
    }

    /// Records a list of rooms, with their last messages.
    pub(super) fn looks_around(&self, user: u64, rooms: &Value, begun: Time) {
        let ended = self.now();
        let listed = || rooms.as_array().into_iter().flatten();
        let seen = |room: &Value| -> RoomSeen {
            serde_json::from_value(room.clone()).unwrap_or_else(|error| panic!("{error}: {room}"))
        };
        let overview = Overview { user, rooms: listed().map(seen).collect(), begun, ended };
        let last = listed().map(|room| &room["last_message"]).filter(|message| !message.is_null());
        let mut messages = self.see_all(user, last, begun);
        messages.sort_by_key(|message| (message.id, message.room));
        let (scope, position) = (Scope::Rooms, Position::Latest);
        let mut history = self.write();
        history.overviews.push(overview);
        history.listings.push(Listing { user, scope, position, messages, begun, ended });
    }

    pub(super) fn sent(&self, sent: Sent) {
        if matches!(sent.outcome, Outcome::Acknowledged(_)) {
            self.0.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        self.write().sends.push(sent);
    }

    pub(super) fn revised(&self, revision: Revision) {
        if revision.is_sure() {
            self.0.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        self.write().revisions.push(revision);
    }

    /// Records a try of a call that may have changed a room itself.
    pub(super) fn acts(&self, room: u64) {
        *self.write().acts.entry(room).or_default() += 1;
    }

    /// The number of acknowledged operations.
    pub(super) fn acknowledged(&self) -> usize {
        self.0.acknowledged.load(Ordering::Relaxed)
    }

    /// Counts a return to a room.
    pub(super) fn comes_back(&self) {
        self.0.came_back.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a script that has done everything once.
    pub(super) fn is_through(&self) {
        self.0.through.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the crowd has done, returned and acted often enough.
    pub(super) fn has_enough(&self) -> bool {
        let Inner { came_back, wanderers, through, scripts, .. } = &*self.0;
        self.acknowledged() >= self.0.wanted
            && came_back.load(Ordering::Relaxed) >= *wanderers
            && through.load(Ordering::Relaxed) >= *scripts
    }

    /// Ends all joining and leaving.
    pub(super) fn ends(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn close(&self) -> History {
        std::mem::take(&mut *self.write())
    }
}
