//! The messages that a user has seen lately.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use fastrand::Rng;
use history::{Mentions, Message};

/// The number of messages that a user remembers. They are young enough to be edited.
const MOST: usize = 24;

/// The id of no user.
const NOBODY: u64 = 1_000_000;

/// A message that a user may change, answer or forward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) room: u64,
    pub(super) id: u64,
    pub(super) sender: u64,
    pub(super) is_forwarded: bool,
    pub(super) has_picture: bool,
}

/// The last messages that were sent by a user or pushed to them. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Recent(Arc<Mutex<VecDeque<Seen>>>);

impl Recent {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Seen>> {
        self.0.lock().unwrap()
    }

    pub(super) fn sees(&self, message: &Message) {
        let mut all = self.lock();
        let Message { room, id, sender, ref forwarded, ref picture, .. } = *message;
        if all.iter().any(|seen| (seen.room, seen.id) == (room, id)) {
            return;
        }
        let (is_forwarded, has_picture) = (forwarded.is_some(), picture.is_some());
        all.push_back(Seen { room, id, sender, is_forwarded, has_picture });
        if all.len() > MOST {
            all.pop_front();
        }
    }

    /// Some users for a message to mention: senders of earlier messages, who may have left the room, and one who does
    /// not exist; or all members.
    pub(super) fn mentions(&self, random: &mut Rng, room: u64) -> Mentions {
        if random.u8(..3) == 0 {
            return Mentions { users: Vec::new(), all: true };
        }
        let picked = (0..2).filter_map(|_| self.pick(random, |seen| seen.room == room));
        let users: BTreeSet<u64> = picked.map(|seen| seen.sender).chain([NOBODY]).collect();
        Mentions { users: users.into_iter().collect(), all: false }
    }

    /// A random one of some of them.
    pub(super) fn pick(&self, random: &mut Rng, is_wanted: impl Fn(&Seen) -> bool) -> Option<Seen> {
        let wanted: Vec<_> = self.lock().iter().filter(|seen| is_wanted(seen)).copied().collect();
        random.choice(wanted)
    }
}
