//! A client that stores the rooms of its user, and follows them by nothing but the news.

use std::collections::BTreeMap;

use chat::messages::sync;
use domain::{
    KnownRoom, MAX_ANSWER_BYTES, MessageId, RoomId, RoomSummary, ShownMessage, SyncRooms, Synced, SyncedRoom, UserId,
};
use serde_json::Value;

use super::{Person, start};

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    person: Person,
    pub rooms: BTreeMap<RoomId, Local>,
}

/// A room as a client has it.
#[derive(Clone, Debug, Default)]
pub struct Local {
    pub known: KnownRoom,
    /// The room, without the time of its last turn, which may have no message.
    room: Value,
    pub messages: BTreeMap<MessageId, ShownMessage>,
}

impl Client {
    pub fn of(person: &Person) -> Self {
        Self { person: person.clone(), rooms: BTreeMap::new() }
    }

    /// Has a room that is known so far, and none of its messages.
    pub fn knows(&mut self, room: RoomId, known: KnownRoom) {
        self.rooms.entry(room).or_default().known = known;
    }

    /// Asks once, as far as the client knows, and takes the answer.
    pub async fn asks(&mut self) -> Synced {
        let known = self.rooms.iter().map(|(id, local)| (*id, local.known)).collect();
        let synced = sync(&self.person.chat, &self.person.caller, &SyncRooms { rooms: known, marks: false }).await;
        let synced = synced.unwrap();
        let answer = serde_json::to_string(&serde_json::to_string(&synced).unwrap()).unwrap();
        assert!(answer.len() <= MAX_ANSWER_BYTES, "{}", answer.len());
        assert!(!synced.more || !synced.rooms.is_empty(), "each call gets on");
        for news in synced.rooms.values().filter(|news| news.reset) {
            assert!(news.messages.is_empty() && news.changed.is_empty() && news.after.is_none() && !news.more);
        }
        self.rooms.retain(|id, _| !synced.gone.contains(id));
        for (id, news) in &synced.rooms {
            self.rooms.entry(*id).or_default().takes(self.person.id(), news);
        }
        synced
    }

    /// Asks until there is no more, and returns the number of calls. A room that is to be listed anew is listed by
    /// further calls.
    pub async fn catches_up(&mut self) -> usize {
        for calls in 1..200 {
            let synced = self.asks().await;
            let has_more = |news: &SyncedRoom| news.more || news.reset;
            if !synced.more && !synced.rooms.values().any(has_more) {
                return calls;
            }
        }
        panic!("the news have no end");
    }

    /// Asserts that the client has what the lists show.
    pub async fn has_all(&self, what: &str) {
        let listed = self.person.lists_rooms().await;
        let ids: Vec<_> = self.rooms.keys().copied().collect();
        let mut expected: Vec<_> = listed.iter().map(|summary| summary.room.room.id).collect();
        expected.sort_unstable();
        assert_eq!(ids, expected, "{what}");
        for summary in listed {
            let room = summary.room.room.id;
            let local = &self.rooms[&room];
            assert_eq!(local.room, shown(&summary), "{what}");
            let page = self.person.lists_room(room, 100, start()).await;
            assert!(page.next.is_none(), "a history of a test fits a page");
            // Others may have deleted a message for themselves, which is nobody else's news.
            let as_shown = |shown: &ShownMessage| serde_json::to_value(shown).unwrap();
            let messages: Vec<_> = local.messages.values().map(as_shown).collect();
            let expected: Vec<_> = page.messages.iter().map(as_shown).collect();
            assert_eq!(messages, expected, "{what}: {room:?}");
        }
    }
}

impl Local {
    fn takes(&mut self, user: UserId, news: &SyncedRoom) {
        if news.reset {
            *self = Self::default();
            self.known.after = Some(MessageId::FIRST);
        }
        // What was before the chat was cleared is to be forgotten.
        if self.known.change.is_some() && self.room["cleared_at"] != shown(&news.room)["cleared_at"] {
            self.messages.clear();
        }
        self.known.after = news.after.or(self.known.after);
        for shown in &news.messages {
            self.messages.insert(shown.message.id, shown.clone());
            self.known.after = Some(shown.message.id);
        }
        for shown in &news.changed {
            if let Some(message) = self.messages.get_mut(&shown.message.id) {
                *message = shown.clone();
            }
        }
        self.messages.retain(|_, shown| !shown.message.is_hidden_from(Some(user)));
        self.room = shown(&news.room);
        self.known.change = Some(news.change);
        self.known.membership = Some(news.membership);
        self.known.last_read = news.marks[&user].last_read.or(Some(MessageId::FIRST));
        self.known.settings = Some(news.room.settings.settings_version);
    }
}

fn shown(room: &RoomSummary) -> Value {
    let mut shown = serde_json::to_value(room).unwrap();
    shown.as_object_mut().unwrap().remove("updated_at");
    shown
}
