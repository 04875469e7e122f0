use std::collections::BTreeSet;

use crate::{Description, Fields, Input, MAX_MEMBERS, RoomId, RoomKind, RoomName, UserId};

/// The body of `POST /create-chatroom/`.
#[derive(Debug)]
pub struct NewRoom {
    /// The name. `None` for the default name.
    pub name: Option<RoomName>,
    /// The description.
    pub description: Description,
    /// The kind.
    pub kind: RoomKind,
    /// The members besides the creator.
    pub members: BTreeSet<UserId>,
    /// The most members.
    pub max_members: usize,
}

impl Default for NewRoom {
    fn default() -> Self {
        Self {
            name: None,
            description: Description::default(),
            kind: RoomKind::default(),
            members: BTreeSet::new(),
            max_members: MAX_MEMBERS,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Refusal};

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
            assert!(matches!(new_room(&bad), Err(Error::Refused(Refusal::Invalid(_)))), "{bad}");
        }
    }
}
