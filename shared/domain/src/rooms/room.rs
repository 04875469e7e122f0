use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde::{Deserialize, Serialize, Serializer};

use crate::{Description, Message, MessageId, NewRoom, RoomId, RoomName, ShownMessage, Timestamp, UserId};

/// The kind of a room: the way in which clients show it. The rules are the same for both.
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
    /// The id.
    pub id: RoomId,
    /// The name.
    pub name: RoomName,
    /// The description.
    pub description: Description,
    /// The kind.
    pub kind: RoomKind,
    /// The members.
    pub members: BTreeSet<UserId>,
    /// The most members.
    pub max_members: usize,
    /// The creator, perhaps not a member any more.
    pub created_by: UserId,
    /// The time at which it was created.
    pub created_at: Timestamp,
    /// The time of the last change: a message, a join or a leave.
    pub updated_at: Timestamp,
    /// The highest message id that was handed out. Its message may still be on its way, or never be stored.
    pub last_message_id: Option<MessageId>,
    /// The number of message ids that were handed out.
    pub sequence: u64,
    /// The sequence of each member's own last message.
    pub sent: BTreeMap<UserId, u64>,
}

impl Room {
    /// The room that `creator` creates at `now`. Its members are those of `new`, so the caller adds the creator to
    /// them.
    #[must_use]
    pub fn new(id: RoomId, new: NewRoom, creator: UserId, now: Timestamp) -> Self {
        let NewRoom { name, description, kind, members, max_members } = new;
        Self {
            id,
            name: name.unwrap_or_else(|| RoomName::of(id)),
            description,
            kind,
            members,
            max_members,
            created_by: creator,
            created_at: now,
            updated_at: now,
            last_message_id: None,
            sequence: 0,
            sent: BTreeMap::new(),
        }
    }

    /// The members: the creator first, then by id.
    fn members_in_order(&self) -> Vec<UserId> {
        let mut members: Vec<_> = self.members.iter().copied().collect();
        members.sort_by_key(|&member| (member != self.created_by, member));
        members
    }

    /// The order of a list of rooms: the most recently active room is last.
    #[must_use]
    pub fn by_activity(&self, other: &Self) -> Ordering {
        (self.updated_at, self.id).cmp(&(other.updated_at, other.id))
    }

    /// The number of messages that a member has not read, if the mark is at `read` and the last stored message is
    /// `last`. The sender of a message has read all before it.
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

/// A room in the list of a member's rooms.
#[derive(Debug, Serialize)]
pub struct RoomSummary {
    /// The room.
    #[serde(flatten)]
    pub room: Room,
    /// The number of messages that the member has not read.
    pub unread: u64,
    /// The last stored message.
    pub last_message: Option<ShownMessage>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(members: &[u64], sent: &[(u64, u64)]) -> Room {
        let user = |id| UserId::try_from(id).unwrap();
        Room {
            members: members.iter().copied().map(user).collect(),
            sent: sent.iter().map(|&(id, sequence)| (user(id), sequence)).collect(),
            ..Room::new(RoomId::try_from(1).unwrap(), NewRoom::default(), user(2), Timestamp::from_millis(0))
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
