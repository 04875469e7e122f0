use std::collections::BTreeSet;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{Fields, MAX_MENTIONS, Room, UserId};

/// The users whom a message mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mentions {
    /// All members of the room.
    All,
    /// These.
    Users(BTreeSet<UserId>),
}

/// The word for all members.
const ALL: &str = "all";

impl Default for Mentions {
    fn default() -> Self {
        Self::nobody()
    }
}

impl Serialize for Mentions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => ALL.serialize(serializer),
            Self::Users(users) => users.serialize(serializer),
        }
    }
}

impl Mentions {
    /// No user.
    #[must_use]
    pub const fn nobody() -> Self {
        Self::Users(BTreeSet::new())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Users(users) if users.is_empty())
    }

    /// The users who are mentioned by their ids.
    #[must_use]
    pub fn users(&self) -> &BTreeSet<UserId> {
        static NOBODY: BTreeSet<UserId> = BTreeSet::new();
        match self {
            Self::All => &NOBODY,
            Self::Users(users) => users,
        }
    }

    /// The mentions of a message to a room: users who are not in it are left out, and so is the sender.
    #[must_use]
    pub fn in_room(self, room: &Room, sender: UserId) -> Self {
        match self {
            Self::All => Self::All,
            Self::Users(mut users) => {
                users.retain(|user| *user != sender && room.members.contains(user));
                Self::Users(users)
            }
        }
    }

    /// Takes the fields `mentions`, ids or the word for all, and `mentions_all`, which clients with one type per field
    /// need. `None` if both are absent.
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let all: Option<bool> = fields.optional("mentions_all");
        let all_or = |mentions| if all == Some(true) { Self::All } else { mentions };
        match fields.optional("mentions") {
            None => all.map(|_| all_or(Self::nobody())),
            Some(Value::String(word)) if word == ALL => Some(Self::All),
            Some(ids) => match serde_json::from_value::<Vec<UserId>>(ids) {
                // Counted before equal ids are one, because the contract limits the list.
                Ok(ids) if ids.len() <= MAX_MENTIONS => Some(all_or(Self::Users(ids.into_iter().collect()))),
                Ok(_) => Self::rejected(fields, format!("must be at most {MAX_MENTIONS} ids")),
                Err(_) => Self::rejected(fields, format!("must be the ids of users, or \"{ALL}\"")),
            },
        }
    }

    fn rejected(fields: &mut Fields, why: String) -> Option<Self> {
        fields.reject("mentions", why);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RoomId, RoomKind, Timestamp};

    fn users(ids: &[u64]) -> Mentions {
        Mentions::Users(ids.iter().map(|&id| UserId::try_from(id).unwrap()).collect())
    }

    fn read(mentions: &str) -> Option<Mentions> {
        let mut fields = Fields::parse(format!(r#"{{"mentions":{mentions}}}"#).as_bytes()).unwrap();
        let mentions = Mentions::read(&mut fields);
        (!fields.is_rejected("mentions")).then(|| mentions.unwrap_or_default())
    }

    #[test]
    fn mentions_are_at_most_100_ids_or_all() {
        for (good, expected) in [
            ("null", Mentions::nobody()),
            ("[]", Mentions::nobody()),
            ("[2,1,2]", users(&[1, 2])),
            ("[2.0]", users(&[2])),
            ("\"all\"", Mentions::All),
        ] {
            assert_eq!(read(good), Some(expected), "{good}");
        }
        for bad in ["\"everybody\"", "\"1\"", "1", "[\"1\"]", "[0]", "[null]", "[[1]]", "{}", "true"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        for and_all in ["null,\"mentions_all\":true", "[2],\"mentions_all\":true", "\"all\",\"mentions_all\":false"] {
            assert_eq!(read(and_all), Some(Mentions::All), "{and_all}");
        }
        assert_eq!(read("[2],\"mentions_all\":false"), Some(users(&[2])));
        let ids = |count| format!("{:?}", vec![1; count]);
        assert!(read(&ids(100)).is_some() && read(&ids(101)).is_none());
    }

    #[test]
    fn only_other_members_are_mentioned() {
        let user = |id| UserId::try_from(id).unwrap();
        let room = Room::new(RoomId::try_from(1).unwrap(), RoomKind::Chat, user(1), Timestamp::from_millis(0));
        let room = Room { members: [1, 2].map(user).into(), ..room };
        assert_eq!(users(&[1, 2, 3]).in_room(&room, user(1)), users(&[2]));
        assert_eq!(Mentions::All.in_room(&room, user(1)), Mentions::All);
    }
}
