//! A history with its indexes.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::{History, Message, Push, Sent, Stay};

/// A history, with the indexes that the rules use.
pub(crate) struct World<'a> {
    pub(crate) history: &'a History,
    /// The stored messages of each room in the end, in the order of the list.
    pub(crate) rooms: BTreeMap<u64, &'a [Arc<Message>]>,
    /// All stored messages.
    pub(crate) stored: HashSet<&'a Message>,
    /// The sent messages, by their text.
    pub(crate) sends: HashMap<&'a str, &'a Sent>,
    stays: HashMap<(u64, u64), Vec<&'a Stay>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(history: &'a History) -> Self {
        let rooms = history.stored.iter().filter_map(|list| Some((list.first()?.room, list.as_slice()))).collect();
        let mut stays: HashMap<_, Vec<_>> = HashMap::new();
        for stay in &history.stays {
            stays.entry((stay.user, stay.room)).or_default().push(stay);
        }
        Self {
            history,
            rooms,
            stored: history.stored.iter().flatten().map(AsRef::as_ref).collect(),
            sends: history.sends.iter().map(|send| (send.text.as_str(), send)).collect(),
            stays,
        }
    }

    /// Every observation of a message, with the way and the user.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = (&'a Message, String)> {
        let history = self.history;
        let push = |Push { user, message, .. }: &'a Push| (message.as_ref(), format!("pushed to {user}"));
        let listed = history.listings.iter().flat_map(|listing| {
            listing.messages.iter().map(|message| (message.as_ref(), format!("listed for {}", listing.user)))
        });
        let viewed = history.views.iter().flat_map(|view| {
            view.messages.iter().map(|message| (message.as_ref(), format!("in the view of {}", view.user)))
        });
        history.pushes.iter().map(push).chain(listed).chain(viewed)
    }

    /// The messages of a room with ids above the first and below the second.
    pub(crate) fn between(&self, room: u64, above: u64, below: u64) -> impl Iterator<Item = &'a Arc<Message>> {
        let room = self.rooms.get(&room).copied().unwrap_or_default();
        room.iter().filter(move |message| message.id > above && message.id < below)
    }

    /// A user's times in a room.
    pub(crate) fn stays(&self, user: u64, room: u64) -> &[&'a Stay] {
        self.stays.get(&(user, room)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a user is in a room in the end.
    pub(crate) fn is_in(&self, user: u64, room: u64) -> bool {
        self.stays(user, room).iter().any(|stay| stay.until.is_none())
    }
}
