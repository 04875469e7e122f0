//! The messages that one client has of one room.

use std::{collections::BTreeMap, sync::Arc};

use history::{Message, Time, View};

/// The messages of a room, and the end of the part that has no gap.
#[derive(Default)]
pub(super) struct Timeline {
    messages: BTreeMap<u64, Arc<Message>>,
    /// The id and the sequence of the last message of that part.
    cursor: (u64, u64),
    /// Messages that were sent before may be hidden from the user.
    since: Time,
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

    /// Whether a message follows a gap.
    pub(super) fn has_gap(&self) -> bool {
        self.messages.last_key_value().is_some_and(|(last, _)| *last > self.cursor.0)
    }

    pub(super) fn view(&self, user: u64, room: u64, is_caught_up: bool) -> View {
        let messages = self.messages.values().cloned().collect();
        View { user, room, since: self.since, messages, cursor: self.cursor.0, is_caught_up }
    }
}
