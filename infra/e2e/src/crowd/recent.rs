//! The messages that a user has seen lately.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};

use fastrand::Rng;
use history::Message;

/// The number of messages that a user remembers. They are young enough to be edited.
const MOST: usize = 24;

/// A message that a user may change, answer or forward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) room: u64,
    pub(super) id: u64,
    pub(super) sender: u64,
    pub(super) is_forwarded: bool,
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
        let Message { room, id, sender, forwarded, .. } = *message;
        if all.iter().any(|seen| (seen.room, seen.id) == (room, id)) {
            return;
        }
        all.push_back(Seen { room, id, sender, is_forwarded: forwarded.is_some() });
        if all.len() > MOST {
            all.pop_front();
        }
    }

    /// A random one of some of them.
    pub(super) fn pick(&self, random: &mut Rng, is_wanted: impl Fn(&Seen) -> bool) -> Option<Seen> {
        let wanted: Vec<_> = self.lock().iter().filter(|seen| is_wanted(seen)).copied().collect();
        random.choice(wanted)
    }
}
