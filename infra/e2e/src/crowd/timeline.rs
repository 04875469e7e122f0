//! The messages that one client has of one room.

use std::{collections::BTreeMap, sync::Arc};

use history::{Followed, Message, Step, Time, View};
use serde_json::{Value, json};

/// The messages of a room, and the end of the part that has no gap, and the changes of the room.
#[derive(Default)]
pub(super) struct Timeline {
    messages: BTreeMap<u64, Arc<Message>>,
    /// The id and the sequence of the last message of that part.
    cursor: (u64, u64),
    /// Messages that were sent before may be hidden from the user.
    since: Time,
    /// The changes that the client has followed.
    steps: Vec<Step>,
    /// The number up to which it has all changes.
    change: u64,
    /// The highest number that it has heard of.
    newest: u64,
    /// The membership of the last answer with the news of all rooms.
    membership: Option<u64>,
}

impl Timeline {
    pub(super) fn new(since: Time) -> Self {
        Self { since, ..Self::default() }
    }

    /// Adds a pushed message. Unless it is the next one, it leaves a gap.
    pub(super) fn is_pushed(&mut self, message: Arc<Message>) {
        if message.sequence == self.cursor.1 + 1 {
            self.cursor = (message.id, message.sequence);
        }
        self.messages.insert(message.id, message);
    }

    /// Adds the listed messages after the cursor.
    pub(super) fn is_listed(&mut self, page: &[Arc<Message>]) {
        for message in page {
            self.cursor = self.cursor.max((message.id, message.sequence));
            self.messages.insert(message.id, Arc::clone(message));
        }
    }

    /// The id after which the client lists.
    pub(super) fn cursor(&self) -> u64 {
        self.cursor.0
    }

    /// The room as the client knows it when it asks for the news of all rooms: at first by its id only.
    pub(super) fn known(&self) -> Value {
        let Some(membership) = self.membership else { return json!({}) };
        json!({"after": self.cursor(), "change": self.change, "membership": membership})
    }

    pub(super) const fn is_of(&mut self, membership: Option<u64>) {
        self.membership = membership;
    }

    /// Whether a message follows a gap.
    pub(super) fn has_gap(&self) -> bool {
        self.messages.last_key_value().is_some_and(|(last, _)| *last > self.cursor.0)
    }

    /// The number after which the client lists changes.
    pub(super) const fn change(&self) -> u64 {
        self.change
    }

    /// Hears of a change. Unless it is the next one, it leaves a gap.
    pub(super) fn hears(&mut self, change: u64, message: Arc<Message>, (begun, ended): (Time, Time)) {
        if change == self.change + 1 {
            let (after, messages) = (self.change, vec![message]);
            let (is_all, is_anew, is_event) = (false, false, true);
            self.follows(Step { after, change, messages, is_all, is_anew, is_event, begun, ended });
        }
        self.knows_of(change);
    }

    /// Hears that the room has changes up to a number.
    pub(super) fn knows_of(&mut self, change: u64) {
        self.newest = self.newest.max(change);
    }

    /// Adds the next step.
    pub(super) fn follows(&mut self, step: Step) {
        self.change = step.change;
        // Of answers without news, the last one proves most.
        let is_empty = |step: &Step| step.messages.is_empty() && step.is_all;
        self.steps.pop_if(|last| is_empty(last) && is_empty(&step));
        self.steps.push(step);
    }

    /// Whether the client has not got all changes of which it has heard.
    pub(super) const fn is_behind(&self) -> bool {
        self.change < self.newest
    }

    /// Returns the changes that the client has followed, and begins anew.
    pub(super) fn followed(&mut self, user: u64, room: u64, is_caught_up: bool) -> Followed {
        self.change = 0;
        Followed { user, room, steps: std::mem::take(&mut self.steps), is_caught_up }
    }

    pub(super) fn view(&self, user: u64, room: u64, is_caught_up: bool) -> View {
        let messages = self.messages.values().cloned().collect();
        View { user, room, since: self.since, messages, cursor: self.cursor.0, is_caught_up }
    }
}
