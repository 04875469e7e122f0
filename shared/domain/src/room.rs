use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize, Serializer};

use crate::{Fields, Input, Message, MessageId, RoomId, ShownMessage, Timestamp, UserId, Username};

/// The most members a room may have: what every message rewrites of its room stays within some 40 KB, of which a member who
/// has written takes 34 bytes, and its `receivers` within 8.
pub const MAX_MEMBERS: usize = 1024;
/// The most rooms a user may be in, so that the list of rooms needs no pages.
pub const MAX_ROOMS_PER_USER: u64 = 500;

/// The most sockets a user may have open: a few windows on a few devices, and each gets what the others get, at a price.
pub const MAX_SOCKETS_PER_USER: usize = 16;

const MAX_NAME_CHARS: usize = 255;
const MAX_DESCRIPTION_CHARS: usize = 1000;
/// As many as a page of a list has.
const MAX_MARKED_MESSAGES: usize = 100;

/// What a room is called: 1 to 255 characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RoomName(String);

impl RoomName {
    /// The name of a room whose creator gave none.
    #[must_use]
    pub fn of(id: RoomId) -> Self {
        Self(format!("Chatroom {id}"))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RoomName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if (1..=MAX_NAME_CHARS).contains(&name.chars().count()) {
            Ok(Self(name))
        } else {
            Err("must have 1 to 255 characters")
        }
    }
}

/// What a room is about: at most 1,000 characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Description(String);

impl Description {
    /// The description as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Description {
    fn default() -> Self {
        Self("This is a chatroom.".to_owned())
    }
}

impl TryFrom<String> for Description {
    type Error = &'static str;

    fn try_from(description: String) -> Result<Self, Self::Error> {
        if description.chars().count() <= MAX_DESCRIPTION_CHARS {
            Ok(Self(description))
        } else {
            Err("must have at most 1000 characters")
        }
    }
}

/// What a room looks like to people; the rules are the same for both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// A conversation.
    #[default]
    Chat,
    /// A group.
    Group,
}

/// A room.
#[derive(Clone, Debug)]
pub struct Room {
    /// Which room.
    pub id: RoomId,
    /// What it is called.
    pub name: RoomName,
    /// What it is about.
    pub description: Description,
    /// What it looks like.
    pub kind: RoomKind,
    /// Who is in it.
    pub members: BTreeSet<UserId>,
    /// How many may be in it.
    pub max_members: usize,
    /// Who made it; they may have left.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed: a message, somebody who came or went.
    pub updated_at: Timestamp,
    /// The highest message id handed out. The message may still be on its way, or never come.
    pub last_message_id: Option<MessageId>,
    /// How many message ids were handed out.
    pub sequence: u64,
    /// The sequence of each member's own last message.
    pub sent: BTreeMap<UserId, u64>,
}

impl Room {
    /// Its members: the creator first, then by id.
    fn members_in_order(&self) -> Vec<UserId> {
        let mut members: Vec<_> = self.members.iter().copied().collect();
        members.sort_by_key(|&member| (member != self.created_by, member));
        members
    }

    /// The order of a list of rooms: most recently active last.
    #[must_use]
    pub fn by_activity(&self, other: &Self) -> Ordering {
        (self.updated_at, self.id).cmp(&(other.updated_at, other.id))
    }

    /// How many messages a member has before them, whose mark is at `read` and where `last` is the last message stored.
    /// Whoever writes has seen what came before.
    #[must_use]
    pub fn unread(&self, member: UserId, read: u64, last: Option<&Message>) -> u64 {
        let seen = self.sent.get(&member).copied().unwrap_or_default().max(read);
        last.map_or(0, |message| message.sequence.saturating_sub(seen))
    }
}

#[derive(Serialize)]
struct RoomView<'a> {
    id: RoomId,
    members: Vec<UserId>,
    #[serde(rename = "type")]
    kind: RoomKind,
    name: &'a RoomName,
    description: &'a Description,
    max_members: usize,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Serialize for Room {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RoomView {
            id: self.id,
            members: self.members_in_order(),
            kind: self.kind,
            name: &self.name,
            description: &self.description,
            max_members: self.max_members,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
        .serialize(serializer)
    }
}

/// A room in the list of one member's rooms.
#[derive(Debug, Serialize)]
pub struct RoomSummary {
    /// The room.
    #[serde(flatten)]
    pub room: Room,
    /// How many messages the member has not read.
    pub unread: u64,
    /// The last message that is stored.
    pub last_message: Option<ShownMessage>,
}

/// A member in the list of a room's members.
#[derive(Debug, Serialize)]
pub struct Member {
    /// Who it is.
    pub user: UserId,
    /// What they are called.
    pub username: Username,
    /// When they came.
    pub joined_at: Timestamp,
    /// Up to where they have read.
    pub last_read: Option<MessageId>,
    /// Whether they have a socket that hears this room.
    pub online: bool,
}

/// The body of `POST /create-chatroom/`.
#[derive(Debug)]
pub struct NewRoom {
    /// The name, if not the default one.
    pub name: Option<RoomName>,
    /// What it is about.
    pub description: Description,
    /// What it looks like.
    pub kind: RoomKind,
    /// Who is to be in it besides the creator.
    pub members: BTreeSet<UserId>,
    /// How many may be in it.
    pub max_members: usize,
}

impl Input for NewRoom {
    fn read(fields: &mut Fields) -> Option<Self> {
        let max_members = fields.optional("max_members").unwrap_or(MAX_MEMBERS);
        if !(2..=MAX_MEMBERS).contains(&max_members) {
            fields.reject("max_members", format!("must be from 2 to {MAX_MEMBERS}"));
        }
        Some(Self {
            name: fields.optional("name"),
            description: fields.optional("description").unwrap_or_default(),
            kind: fields.optional("type").unwrap_or_default(),
            members: fields.optional("members").unwrap_or_default(),
            max_members,
        })
    }
}

/// The body of `POST /join-chatroom/`.
#[derive(Debug)]
pub struct Invitation {
    /// The room.
    pub room: RoomId,
}

impl Input for Invitation {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { room: fields.required("chatroom_id")? })
    }
}

/// The body of `POST /read-message/`.
#[derive(Debug)]
pub struct ReadMark {
    /// The room.
    pub room: RoomId,
    /// What was read. Each must be a message of the room; the mark goes to the highest.
    pub messages: BTreeSet<MessageId>,
}

impl Input for ReadMark {
    fn read(fields: &mut Fields) -> Option<Self> {
        let room = fields.required("conversation_id");
        let messages: Option<Vec<MessageId>> = fields.required("message_ids");
        if messages.as_ref().is_some_and(|ids| !(1..=MAX_MARKED_MESSAGES).contains(&ids.len())) {
            fields.reject("message_ids", format!("must have 1 to {MAX_MARKED_MESSAGES} ids"));
        }
        Some(Self { room: room?, messages: messages?.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn new_room(body: &str) -> Result<NewRoom, Error> {
        Fields::parse(body.as_bytes()).unwrap().into()
    }

    #[test]
    fn every_field_of_a_new_room_is_optional() {
        let room = new_room("").unwrap();
        assert_eq!(room.description.as_str(), "This is a chatroom.");
        assert_eq!((room.kind, room.max_members), (RoomKind::Chat, 1024));
        assert_eq!(RoomName::of(RoomId::try_from(7).unwrap()).as_str(), "Chatroom 7");
    }

    #[test]
    fn the_limits_of_a_new_room_hold_on_both_sides() {
        let long = |n| "ü".repeat(n);
        for (good, bad) in [
            (r#"{"max_members":2}"#.to_owned(), r#"{"max_members":1}"#.to_owned()),
            (r#"{"max_members":1024}"#.to_owned(), r#"{"max_members":1025}"#.to_owned()),
            (format!(r#"{{"name":"{}"}}"#, long(255)), format!(r#"{{"name":"{}"}}"#, long(256))),
            (format!(r#"{{"description":"{}"}}"#, long(1000)), format!(r#"{{"description":"{}"}}"#, long(1001))),
            (r#"{"type":"group"}"#.to_owned(), r#"{"type":"club"}"#.to_owned()),
            (r#"{"members":[1]}"#.to_owned(), r#"{"members":[0]}"#.to_owned()),
        ] {
            assert!(new_room(&good).is_ok(), "{good}");
            assert!(matches!(new_room(&bad), Err(Error::Invalid(_))), "{bad}");
        }
    }

    #[test]
    fn a_read_mark_has_1_to_100_ids() {
        let read = |ids: Vec<u64>| {
            let body = format!(r#"{{"conversation_id":1,"message_ids":{ids:?}}}"#);
            Fields::parse(body.as_bytes()).unwrap().into::<ReadMark>()
        };
        assert!(read(vec![]).is_err());
        assert!(read((1..=100).collect()).is_ok());
        assert!(read((1..=101).collect()).is_err());
    }

    fn room(members: &[u64], sent: &[(u64, u64)]) -> Room {
        let user = |id| UserId::try_from(id).unwrap();
        let new = new_room("").unwrap();
        Room {
            id: RoomId::try_from(1).unwrap(),
            name: RoomName("Garden".to_owned()),
            description: new.description,
            kind: new.kind,
            members: members.iter().copied().map(user).collect(),
            max_members: 9,
            created_by: user(2),
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
            last_message_id: None,
            sequence: 9,
            sent: sent.iter().map(|&(id, sequence)| (user(id), sequence)).collect(),
        }
    }

    fn message(sequence: u64) -> Message {
        let (room, sender) = (RoomId::try_from(1).unwrap(), UserId::try_from(1).unwrap());
        Message::empty(MessageId::try_from(1).unwrap(), room, sender, sequence)
    }

    #[test]
    fn unread_is_what_came_after_the_mark_and_after_ones_own_last_message() {
        let (ann, room) = (UserId::try_from(1).unwrap(), room(&[1, 2], &[(1, 5)]));
        assert_eq!(room.unread(ann, 0, Some(&message(8))), 3);
        assert_eq!(room.unread(ann, 7, Some(&message(8))), 1);
        assert_eq!(room.unread(ann, 9, Some(&message(8))), 0);
        assert_eq!(room.unread(ann, 0, None), 0);
        assert_eq!(room.unread(UserId::try_from(2).unwrap(), 0, Some(&message(8))), 8);
    }

    #[test]
    fn the_creator_is_named_first_while_in_the_room() {
        let ids = |members| room(members, &[]).members_in_order().iter().map(|id| id.get()).collect::<Vec<_>>();
        assert_eq!(ids(&[1, 2, 3]), [2, 1, 3]);
        assert_eq!(ids(&[3, 1]), [1, 3]);
    }

    #[test]
    fn rooms_are_listed_most_recently_active_last() {
        let older = room(&[], &[]);
        let newer = Room { updated_at: Timestamp::from_millis(1), ..older.clone() };
        assert_eq!(older.by_activity(&newer), Ordering::Less);
    }
}
