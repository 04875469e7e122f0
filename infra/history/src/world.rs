//! A history with its indexes.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    Change, History, Message, Outcome, Push, Role, Sent, Stay, Time,
    audience::{ended, meets},
    register::Register,
};

/// A history, with the indexes that the rules use.
pub(crate) struct World<'a> {
    pub(crate) history: &'a History,
    /// The stored messages of each room in the end, in the order of the list. Of a room that is gone, those that were
    /// seen, in the order of their ids.
    pub(crate) rooms: BTreeMap<u64, Vec<Arc<Message>>>,
    /// All stored messages.
    pub(crate) stored: HashSet<Arc<Message>>,
    /// The sent messages, by their text.
    pub(crate) sends: HashMap<&'a str, &'a Sent>,
    /// The roles of users in rooms.
    pub(crate) roles: Register<(u64, u64), Role>,
    /// Whether only admins may send to a room.
    pub(crate) silences: Register<u64, bool>,
    blocks: Register<(u64, u64), bool>,
    stays: HashMap<(u64, u64), Vec<&'a Stay>>,
}

/// An observation of a message.
pub(crate) struct Sighting<'a> {
    pub(crate) message: &'a Arc<Message>,
    pub(crate) user: u64,
    /// The way, as a part of a sentence.
    pub(crate) how: &'static str,
}

impl<'a> World<'a> {
    pub(crate) fn new(history: &'a History) -> Self {
        let listed = history.stored.iter().filter_map(|list| Some((list.first()?.room, list.clone())));
        let mut rooms: BTreeMap<_, _> = listed.collect();
        let acknowledged = history.sends.iter().filter_map(|send| match &send.outcome {
            Outcome::Acknowledged(message) => Some(message),
            Outcome::Refused | Outcome::Unknown => None,
        });
        let seen = sightings(history).map(|sighting| sighting.message).chain(acknowledged);
        for message in seen.filter(|message| history.gone.contains(&message.room)) {
            rooms.entry(message.room).or_default().push(Arc::clone(message));
        }
        for messages in rooms.iter_mut().filter(|(room, _)| history.gone.contains(room)).map(|(_, messages)| messages) {
            messages.sort_by_key(|message| message.id);
            messages.dedup();
        }
        let mut stays: HashMap<_, Vec<_>> = HashMap::new();
        for stay in &history.stays {
            stays.entry((stay.user, stay.room)).or_default().push(stay);
        }
        Self {
            history,
            stored: rooms.values().flatten().cloned().collect(),
            rooms,
            sends: history.sends.iter().map(|send| (send.text.as_str(), send)).collect(),
            roles: Register::new(history.stays.iter().map(first_role).chain(history.roles.iter().copied())),
            silences: Register::new(history.silences.iter().copied()),
            blocks: Register::new(history.blocks.iter().copied()),
            stays,
        }
    }

    /// Every observation of a message.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = Sighting<'a>> {
        sightings(self.history)
    }

    /// The messages of a room with ids above the first and below the second.
    pub(crate) fn between(&self, room: u64, above: u64, below: u64) -> impl Iterator<Item = &Arc<Message>> {
        let room = self.rooms.get(&room).map(Vec::as_slice).unwrap_or_default();
        room.iter().filter(move |message| message.id > above && message.id < below)
    }

    /// The number of messages of a room after this id that were acknowledged before this time.
    pub(crate) fn stored_by(&self, room: u64, above: u64, by: Time) -> usize {
        let is_stored = |message: &Message| {
            self.sends.get(message.text.as_str()).is_some_and(|send| match &send.outcome {
                Outcome::Acknowledged(acknowledged) => acknowledged.id == message.id && send.ended < by,
                Outcome::Refused | Outcome::Unknown => false,
            })
        };
        self.between(room, above, u64::MAX).filter(|message| is_stored(message)).count()
    }

    /// A user's times in a room.
    pub(crate) fn stays(&self, user: u64, room: u64) -> &[&'a Stay] {
        self.stays.get(&(user, room)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a user is in a room in the end.
    pub(crate) fn is_in(&self, user: u64, room: u64) -> bool {
        self.stays(user, room).iter().any(|stay| stay.until.is_none())
    }

    /// Whether a user may have been in a room at some moment of this time.
    pub(crate) fn may_be_in(&self, user: u64, room: u64, begun: Time, ended: Time) -> bool {
        self.stays(user, room).iter().any(|stay| meets(stay, begun, ended))
    }

    /// Whether a message was sent in a direct room while one blocked the other. It names its receiver in spite of that,
    /// so that its sender does not notice.
    pub(crate) fn is_withheld(&self, message: &Message) -> bool {
        let send = self.sends.get(message.text.as_str());
        send.is_some_and(|send| self.is_closed(message.room, send.begun, ended(send, message)))
    }

    /// Whether a message was sent in a direct room while one may have blocked the other.
    pub(crate) fn may_be_withheld(&self, message: &Message) -> bool {
        let send = self.sends.get(message.text.as_str());
        send.is_some_and(|send| self.may_be_closed(message.room, send.begun, ended(send, message)))
    }

    /// Whether a room was a direct room in which one blocked the other all this time.
    pub(crate) fn is_closed(&self, room: u64, begun: Time, ended: Time) -> bool {
        self.history.directs.get(&room).is_some_and(|&[one, other]| {
            [(one, other), (other, one)].into_iter().any(|pair| self.blocks.surely_is(pair, true, begun, ended))
        })
    }

    /// Whether a room is a direct room in which one may have blocked the other at some moment of this time.
    fn may_be_closed(&self, room: u64, begun: Time, ended: Time) -> bool {
        self.history.directs.get(&room).is_some_and(|&[one, other]| {
            [(one, other), (other, one)].into_iter().any(|pair| self.blocks.may_be(pair, true, begun, ended))
        })
    }
}

/// Whoever joins is a plain member.
fn first_role(stay: &Stay) -> Change<(u64, u64), Role> {
    let (of, by, (begun, ended)) = ((stay.room, stay.user), stay.user, stay.since);
    Change { of, value: Role::Member, by, begun, ended, has_failed: false, is_sure: true }
}

fn sightings(history: &History) -> impl Iterator<Item = Sighting<'_>> {
    let pushed = history.pushes.iter().map(|Push { user, message, .. }| (message, *user, "pushed to"));
    let listed = history
        .listings
        .iter()
        .flat_map(|listing| listing.messages.iter().map(|message| (message, listing.user, "listed for")));
    let viewed = history
        .views
        .iter()
        .flat_map(|view| view.messages.iter().map(|message| (message, view.user, "in the view of")));
    let in_the_end = history
        .everything
        .iter()
        .flat_map(|(user, messages)| messages.iter().map(|message| (message, *user, "listed in the end for")));
    let all = pushed.chain(listed).chain(viewed).chain(in_the_end);
    all.map(|(message, user, how)| Sighting { message, user, how })
}
