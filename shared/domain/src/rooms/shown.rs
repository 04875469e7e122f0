use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use crate::{
    Access, Attachment, ChatSettings, Description, Error, History, Links, MessageId, OnlyAdmins, Role, Room, RoomId,
    RoomKind, RoomName, ShownMessage, Timestamp, User, UserId, attachments::AttachmentView,
};

/// A room as one of its members sees it, or as an event shows it to all.
#[derive(Clone, Debug)]
pub struct ShownRoom {
    /// The room.
    pub room: Room,
    /// The rights of the member. `None` for all members.
    pub role: Option<Role>,
    /// The other member of a direct room. `None` for all members.
    pub peer: Option<User>,
    picture: Option<Links>,
}

impl Room {
    /// The room as a member sees it, with the links that `link` makes. A direct room needs its `peer`.
    pub fn shown(
        self,
        member: UserId,
        peer: Option<User>,
        link: impl Fn(&Attachment) -> Result<Links, Error>,
    ) -> Result<ShownRoom, Error> {
        let picture = self.picture.as_ref().map(link).transpose()?;
        Ok(ShownRoom { role: Some(self.role(member)), room: self, peer, picture })
    }

    /// The room for an event, which is the same for all members, with the links that `link` makes.
    pub fn shown_to_all(self, link: impl Fn(&Attachment) -> Result<Links, Error>) -> Result<ShownRoom, Error> {
        let picture = self.picture.as_ref().map(link).transpose()?;
        Ok(ShownRoom { role: None, room: self, peer: None, picture })
    }
}

#[derive(Serialize)]
struct RoomView<'a> {
    id: RoomId,
    members: Vec<UserId>,
    members_count: usize,
    #[serde(rename = "type")]
    kind: RoomKind,
    name: &'a str,
    description: &'a Description,
    picture: Option<AttachmentView<'a>>,
    max_members: usize,
    access: Access,
    history: History,
    owner: Option<UserId>,
    admins: &'a BTreeSet<UserId>,
    role: Option<Role>,
    only_admins: OnlyAdmins,
    peer: Option<&'a User>,
    changes: u64,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Serialize for ShownRoom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { room, role, peer, picture } = self;
        RoomView {
            id: room.id,
            members: if room.is_small() { room.members_in_order() } else { Vec::new() },
            members_count: room.members.len(),
            kind: room.kind,
            name: room.name.as_ref().map_or("", RoomName::as_str),
            description: &room.description,
            picture: room.picture.as_ref().zip(picture.as_ref()).map(AttachmentView::new),
            max_members: room.max_members,
            access: room.access,
            history: room.history,
            owner: (room.kind != RoomKind::Direct).then_some(room.owner),
            admins: &room.admins,
            role: *role,
            only_admins: room.only_admins,
            peer: peer.as_ref(),
            changes: room.changes,
            created_by: room.created_by,
            created_at: room.created_at,
            updated_at: room.updated_at,
        }
        .serialize(serializer)
    }
}

/// A room in the list of one member's rooms.
#[derive(Debug, Serialize)]
pub struct RoomSummary {
    /// The room.
    #[serde(flatten)]
    pub room: ShownRoom,
    /// The settings of the member.
    #[serde(flatten)]
    pub settings: ChatSettings,
    /// How many messages the member has not read.
    pub unread: u64,
    /// The first of them.
    pub first_unread: Option<MessageId>,
    /// Whether one of them mentions the member, or answers theirs.
    pub mentioned: bool,
    /// The last message that the member can see, with a short text.
    pub last_message: Option<ShownMessage>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SMALL_ROOM;

    fn user(id: u64) -> UserId {
        UserId::try_from(id).unwrap()
    }

    fn shown(room: Room, member: u64) -> serde_json::Value {
        serde_json::to_value(room.shown(user(member), None, |_| panic!("it has no picture")).unwrap()).unwrap()
    }

    #[test]
    fn a_room_is_shown_as_the_contract_says() {
        let id = RoomId::try_from(7).unwrap();
        let members = [1, 2].map(user).into();
        let name = Some(RoomName::of(id));
        let room = Room { name, members, ..Room::new(id, RoomKind::Group, user(2), Timestamp::from_millis(0)) };
        let expected = serde_json::json!({
            "id": 7, "members": [2, 1], "members_count": 2, "type": "group", "name": "Chatroom 7",
            "description": "This is a chatroom.", "picture": null, "max_members": 1024, "created_by": 2,
            "created_at": "1970-01-01T00:00:00.000Z", "updated_at": "1970-01-01T00:00:00.000Z",
            "access": "open", "history": "all", "owner": 2, "admins": [], "role": "member",
            "only_admins": {"send": false, "edit": false, "add": false}, "peer": null, "changes": 0,
        });
        assert_eq!(shown(room, 1), expected);
    }

    #[test]
    fn an_event_shows_a_room_without_the_parts_that_differ_between_members() {
        let room = Room::new(RoomId::try_from(7).unwrap(), RoomKind::Direct, user(1), Timestamp::from_millis(0));
        let shown = room.shown_to_all(|_| panic!("it has no picture")).unwrap();
        let shown = serde_json::to_value(shown).unwrap();
        assert!(["role", "peer", "owner"].iter().all(|name| shown[name].is_null()), "{shown}");
    }

    #[test]
    fn a_large_room_does_not_name_its_members() {
        let of = |members: usize| Room {
            members: (1..=members as u64).map(user).collect(),
            ..Room::new(RoomId::try_from(7).unwrap(), RoomKind::Group, user(1), Timestamp::from_millis(0))
        };
        let named = |members| {
            let shown = shown(of(members), 1);
            (shown["members"].as_array().unwrap().len(), shown["members_count"].as_u64().unwrap())
        };
        assert_eq!([SMALL_ROOM, SMALL_ROOM + 1].map(named), [(32, 32), (0, 33)]);
    }
}
