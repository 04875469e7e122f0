use std::{fmt, str::FromStr};

use crate::{Error, Refusal, Room, RoomId, Timestamp};

/// A place in the list of a user's rooms: right before a room, as it was when it was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomCursor {
    updated_at: Timestamp,
    room: RoomId,
}

impl RoomCursor {
    /// Reads the query parameter `before`.
    pub fn parse(before: Option<&str>) -> Result<Option<Self>, Error> {
        before.map(str::parse).transpose().map_err(|why| Refusal::field("before", why).into())
    }

    /// Whether a room comes before this place in the list.
    #[must_use]
    pub fn is_after(self, room: &Room) -> bool {
        Self::from(room) < self
    }
}

impl From<&Room> for RoomCursor {
    fn from(room: &Room) -> Self {
        Self { updated_at: room.updated_at, room: room.id }
    }
}

impl FromStr for RoomCursor {
    type Err = &'static str;

    fn from_str(cursor: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (millis, room) = cursor.split_once('-')?;
            Some(Self { updated_at: Timestamp::from_millis(millis.parse().ok()?), room: room.parse().ok()? })
        };
        parse().ok_or("must be taken from a Link to the next page")
    }
}

impl fmt::Display for RoomCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.updated_at.millis(), self.room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RoomKind, UserId};

    fn room(id: u64, updated_at: u64) -> Room {
        let (id, creator) = (RoomId::try_from(id).unwrap(), UserId::try_from(1).unwrap());
        Room::new(id, RoomKind::Chat, creator, Timestamp::from_millis(updated_at))
    }

    #[test]
    fn a_cursor_is_after_the_rooms_that_were_active_before() {
        let cursor: RoomCursor = "5-7".parse().unwrap();
        assert_eq!((cursor, cursor.to_string()), (RoomCursor::from(&room(7, 5)), "5-7".to_owned()));
        let before = [room(9, 4), room(6, 5), room(7, 5), room(1, 6)].map(|room| cursor.is_after(&room));
        assert_eq!(before, [true, true, false, false]);
        for other in ["", "5", "5-", "-7", "5-0", "5-7-9", "x"] {
            assert!(RoomCursor::parse(Some(other)).is_err(), "{other}");
        }
    }
}
