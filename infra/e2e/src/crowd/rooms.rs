//! The rooms that the tasks of a user try.

use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;

/// A changing list of rooms, in which the user is a member or not. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Rooms(Arc<Mutex<Vec<u64>>>);

impl From<Vec<u64>> for Rooms {
    fn from(rooms: Vec<u64>) -> Self {
        Self(Arc::new(Mutex::new(rooms)))
    }
}

impl Rooms {
    fn lock(&self) -> MutexGuard<'_, Vec<u64>> {
        self.0.lock().unwrap()
    }

    pub(super) fn add(&self, room: u64) {
        let mut rooms = self.lock();
        if !rooms.contains(&room) {
            rooms.push(room);
        }
    }

    pub(super) fn remove(&self, room: u64) {
        self.lock().retain(|other| *other != room);
    }

    /// A random one.
    pub(super) fn pick(&self, random: &mut Rng) -> Option<u64> {
        random.choice(self.lock().iter()).copied()
    }
}
