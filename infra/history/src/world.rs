//! A history with its indexes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    Change, History, Message, Outcome, Revision, Role, Sent, Stay, Time, Wish,
    audience::{ended, meets},
    deletions::Deletions,
    reactions,
    register::Register,
    sighting::{Sighting, sightings},
    versions::{self, Versions},
};

/// A history, with the indexes that the rules use.
pub(crate) struct World<'a> {
    pub(crate) history: &'a History,
    /// The stored messages of each room in the end, in the order of the list. Of a room that is gone, those that were
    /// seen, in the order of their ids. A message that a user has deleted for themselves is there if it was seen.
    pub(crate) rooms: BTreeMap<u64, Vec<Arc<Message>>>,
    /// The calls that changed each message.
    pub(crate) revisions: HashMap<(u64, u64), Vec<&'a Revision>>,
    /// Each message as it was sent.
    pub(crate) originals: HashMap<(u64, u64), &'a Message>,
    /// The texts that edits gave to messages.
    pub(crate) texts: Register<(u64, u64), &'a str>,
    stored: HashMap<(u64, u64), Arc<Message>>,
    sends: Sends<'a>,
    /// The versions of changed messages.
    pub(crate) versions: Versions<'a>,
    pub(crate) deletions: Deletions,
    /// The reactions, by room, message and user.
    pub(crate) reactions: Register<(u64, u64, u64), Option<&'a str>>,
    /// The roles of users in rooms.
    pub(crate) roles: Register<(u64, u64), Role>,
    /// Whether only admins may send to a room.
    pub(crate) silences: Register<u64, bool>,
    blocks: Register<(u64, u64), bool>,
    stays: HashMap<(u64, u64), Vec<&'a Stay>>,
}

/// The sent messages, by all that may name them.
#[derive(Default)]
struct Sends<'a> {
    ids: HashMap<(u64, u64), &'a Sent>,
    client_ids: HashMap<(u64, u64, &'a str), &'a Sent>,
    texts: HashMap<&'a str, &'a Sent>,
}

impl<'a> World<'a> {
    pub(crate) fn new(history: &'a History) -> Self {
        let mut revisions: HashMap<_, Vec<_>> = HashMap::new();
        for revision in &history.revisions {
            revisions.entry(revision.key()).or_default().push(revision);
        }
        let rooms = rooms(history, |message| {
            let mut of = revisions.get(&message.key()).into_iter().flatten();
            history.gone.contains(&message.room) || of.any(|revision| revision.what == Wish::Hide)
        });
        let seen = sightings(history).map(|sighting| sighting.message);
        let listed = seen.chain(history.stored.iter().flatten());
        let originals = listed.filter(|message| message.version <= 1 && !message.hidden);
        let mut stays: HashMap<_, Vec<_>> = HashMap::new();
        for stay in &history.stays {
            stays.entry((stay.user, stay.room)).or_default().push(stay);
        }
        let mut world = Self {
            history,
            stored: rooms.values().flatten().map(|message| (message.key(), Arc::clone(message))).collect(),
            rooms,
            deletions: Deletions::new(&history.revisions),
            reactions: Register::new([]),
            versions: Versions::new(history, &revisions),
            revisions,
            originals: originals.map(|message| (message.key(), message.as_ref())).collect(),
            texts: Register::new(versions::texts(&history.revisions)),
            sends: Sends::new(&history.sends),
            roles: Register::new(history.stays.iter().map(first_role).chain(history.roles.iter().copied())),
            silences: Register::new(history.silences.iter().copied()),
            blocks: Register::new(history.blocks.iter().copied()),
            stays,
        };
        // Whether a refused one may have been made depends on the rest.
        world.reactions = Register::new(reactions::changes(&world));
        world
    }

    /// Every observation of a message.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = Sighting<'a>> {
        sightings(self.history)
    }

    /// All stored messages.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.rooms.values().flatten()
    }

    /// A stored message.
    pub(crate) fn message(&self, key: (u64, u64)) -> Option<&Arc<Message>> {
        self.stored.get(&key)
    }

    /// Whether a message is stored in the end, as it was shown except for its changes.
    pub(crate) fn is_stored(&self, message: &Message) -> bool {
        self.stored.get(&message.key()).is_some_and(|stored| stored.is_same(message))
    }

    /// The send of a message.
    pub(crate) fn send(&self, message: &Message) -> Option<&'a Sent> {
        let Sends { ids, client_ids, texts } = &self.sends;
        let named = |id| client_ids.get(&(message.sender, message.room, id));
        let found = ids.get(&message.key()).or_else(|| named(message.client_id.as_deref()?));
        found.or_else(|| texts.get(self.originals.get(&message.key())?.text.as_str())).copied()
    }

    /// The calls that changed a message.
    pub(crate) fn revisions(&self, key: (u64, u64)) -> &[&'a Revision] {
        self.revisions.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a user may have deleted a message for themselves by this time.
    pub(crate) fn may_hide(&self, user: u64, key: (u64, u64), by: Time) -> bool {
        let mut of = self.revisions(key).iter();
        of.any(|revision| revision.what == Wish::Hide && revision.by == user && revision.begun <= by)
    }

    /// The messages of a room with ids above the first and below the second.
    pub(crate) fn between(&self, room: u64, above: u64, below: u64) -> impl Iterator<Item = &Arc<Message>> {
        let room = self.rooms.get(&room).map(Vec::as_slice).unwrap_or_default();
        room.iter().filter(move |message| message.id > above && message.id < below)
    }

    /// The number of messages of a room after this id that were acknowledged before this time.
    pub(crate) fn stored_by(&self, room: u64, above: u64, by: Time) -> usize {
        let is_stored = |message: &Message| {
            self.send(message).is_some_and(|send| match &send.outcome {
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
        let send = self.send(message);
        send.is_some_and(|send| self.is_closed(message.room, send.begun, ended(send, message)))
    }

    /// Whether a message was sent in a direct room while one may have blocked the other.
    pub(crate) fn may_be_withheld(&self, message: &Message) -> bool {
        let send = self.send(message);
        send.is_some_and(|send| self.may_be_closed(message.room, send.begun, ended(send, message)))
    }

    /// Whether a room was a direct room in which one blocked the other all this time.
    pub(crate) fn is_closed(&self, room: u64, begun: Time, ended: Time) -> bool {
        self.history.directs.get(&room).is_some_and(|&[one, other]| {
            [(one, other), (other, one)].into_iter().any(|pair| self.blocks.surely_is(pair, true, begun, ended))
        })
    }

    /// Whether a room is a direct room in which one may have blocked the other at some moment of this time.
    pub(crate) fn may_be_closed(&self, room: u64, begun: Time, ended: Time) -> bool {
        self.history.directs.get(&room).is_some_and(|&[one, other]| {
            [(one, other), (other, one)].into_iter().any(|pair| self.blocks.may_be(pair, true, begun, ended))
        })
    }
}

/// The stored messages of each room, and those that were seen and are in no final list for this reason.
fn rooms(history: &History, is_unlisted: impl Fn(&Message) -> bool) -> BTreeMap<u64, Vec<Arc<Message>>> {
    let listed = history.stored.iter().filter_map(|list| Some((list.first()?.room, list.clone())));
    let mut rooms: BTreeMap<_, Vec<_>> = listed.collect();
    let mut known: HashSet<_> = rooms.values().flatten().map(|message| message.key()).collect();
    let mut grown = BTreeSet::new();
    let unlisted = sightings(history).map(|sighting| sighting.message);
    for message in unlisted.filter(|message| !message.hidden && is_unlisted(message)) {
        if known.insert(message.key()) {
            rooms.entry(message.room).or_default().push(Arc::clone(message));
            grown.insert(message.room);
        }
    }
    for (_, messages) in rooms.iter_mut().filter(|(room, _)| grown.contains(room)) {
        messages.sort_by_key(|message| message.id);
    }
    rooms
}

/// A newcomer is a plain member.
fn first_role(stay: &Stay) -> Change<(u64, u64), Role> {
    let (of, by, (begun, ended)) = ((stay.room, stay.user), stay.user, stay.since);
    Change { of, value: Role::Member, by, begun, ended, has_failed: false, is_sure: true }
}

impl<'a> Sends<'a> {
    fn new(sends: &'a [Sent]) -> Self {
        let mut all = Self::default();
        for send in sends {
            if let Outcome::Acknowledged(message) = &send.outcome {
                all.ids.insert(message.key(), send);
            }
            if let Some(id) = &send.client_id {
                all.client_ids.insert((send.sender, send.room, id), send);
            }
            if send.forwards.is_none() {
                all.texts.insert(&send.text, send);
            }
        }
        all
    }
}
