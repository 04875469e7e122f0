//! The changes that clients make to rooms and to each other's rights.

use serde::Deserialize;

use crate::{GOES_ON_FOR, TWICE_WITHIN, Time};

/// A user's time in a room.
#[derive(Clone, Debug, Default)]
pub struct Stay {
    /// The user.
    pub user: u64,
    /// The room.
    pub room: u64,
    /// The earliest and the latest possible time of joining.
    pub since: (Time, Time),
    /// The earliest and the latest possible time of leaving, if the user has left or was removed.
    pub until: Option<(Time, Time)>,
    /// The messages that the user may see.
    pub sees: Sees,
}

/// The part of a room's messages that a member may see. By default, all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sees {
    /// Messages sent before the earlier time are hidden, and those sent after the later one are visible.
    pub from: (Time, Time),
    /// The number of older messages that the user was given, counted from the newest, and the time of the gift.
    pub given: (usize, Time),
}

/// A call that sets a value. It took effect at some time from its beginning to its end, or a little later: see
/// [`Change::latest`].
#[derive(Clone, Copy, Debug)]
pub struct Change<K, V> {
    /// The owner of the value.
    pub of: K,
    /// The new value.
    pub value: V,
    /// The caller.
    pub by: u64,
    /// The beginning of the first try.
    pub begun: Time,
    /// The end of the last try.
    pub ended: Time,
    /// Whether a try failed. Its request may be served later.
    pub has_failed: bool,
    /// Whether the caller knows that the value was set.
    pub is_sure: bool,
}

impl<K, V> Change<K, V> {
    /// The latest time at which the value may have been set: an event may be delivered twice, and the request of a
    /// failed try may still be served.
    #[must_use]
    pub fn latest(&self) -> Time {
        self.ended + if self.has_failed { GOES_ON_FOR } else { TWICE_WITHIN }
    }
}

/// The rights of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// None.
    Member,
    /// Those of an admin.
    Admin,
    /// All.
    Owner,
}

/// A user's list of rooms. It has all rooms of the user.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The user.
    pub user: u64,
    /// The rooms.
    pub rooms: Vec<RoomSeen>,
    /// The time of the request.
    pub begun: Time,
    /// The time of the answer.
    pub ended: Time,
}

/// A room as an overview shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoomSeen {
    /// The room.
    #[serde(rename = "id")]
    pub room: u64,
    /// The members.
    pub members: Vec<u64>,
    /// The owner. A direct room has none.
    pub owner: Option<u64>,
    /// The admins besides the owner.
    pub admins: Vec<u64>,
    /// The number of the last change.
    #[serde(default)]
    pub changes: u64,
}

impl RoomSeen {
    /// The role of a member.
    #[must_use]
    pub fn role(&self, user: u64) -> Role {
        match self {
            Self { owner, .. } if *owner == Some(user) => Role::Owner,
            Self { admins, .. } if admins.contains(&user) => Role::Admin,
            Self { .. } => Role::Member,
        }
    }
}

/// A call about a room that succeeded, and that only members may make.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The caller.
    pub user: u64,
    /// The room.
    pub room: u64,
    /// The name of the call.
    pub call: &'static str,
    /// The time of the request.
    pub begun: Time,
    /// The time of the answer.
    pub ended: Time,
}

/// An event about a room, other than a message, that came over a socket.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The user of the socket.
    pub user: u64,
    /// The user whom the event is about.
    pub by: u64,
    /// The room.
    pub room: u64,
    /// The type of the event.
    pub kind: String,
    /// The earliest and the latest possible time of its arrival.
    pub at: (Time, Time),
}
