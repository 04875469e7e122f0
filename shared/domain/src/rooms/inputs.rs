use std::collections::BTreeSet;

use crate::{
    Access, AttachmentId, Description, Fields, History, Input, MAX_MEMBERS, RoomId, RoomKind, RoomName, UserId,
};

/// The body of `POST /create-chatroom/`.
#[derive(Debug)]
pub struct NewRoom {
    /// The name. `None` for the default name.
    pub name: Option<RoomName>,
    /// The description.
    pub description: Description,
    /// The kind: a chat or a group.
    pub kind: RoomKind,
    /// The people to be in it besides the creator.
    pub members: BTreeSet<UserId>,
    /// The most members that it may have.
    pub max_members: usize,
    /// The ways into it, if not the default ones.
    pub access: Option<Access>,
    /// The messages that newcomers see, if not those that go with its access.
    pub history: Option<History>,
    /// A picture that its creator has uploaded.
    pub picture: Option<AttachmentId>,
}

impl Default for NewRoom {
    fn default() -> Self {
        Self {
            name: None,
            description: Description::default(),
            kind: RoomKind::default(),
            members: BTreeSet::new(),
            max_members: MAX_MEMBERS,
            access: None,
            history: None,
            picture: None,
        }
    }
}

impl Input for NewRoom {
    fn read(fields: &mut Fields) -> Option<Self> {
        let max_members = fields.optional("max_members").unwrap_or(MAX_MEMBERS);
        if !(2..=MAX_MEMBERS).contains(&max_members) {
            fields.reject("max_members", format!("must be from 2 to {MAX_MEMBERS}"));
        }
        let kind = fields.optional("type").unwrap_or_default();
        if kind == RoomKind::Direct {
            fields.reject("type", "must be chat or group: /open-direct/ opens direct rooms");
        }
        Some(Self {
            name: fields.optional("name"),
            description: fields.optional("description").unwrap_or_default(),
            kind,
            members: fields.optional("members").unwrap_or_default(),
            max_members,
            access: fields.optional("access"),
            history: fields.optional("history"),
            picture: fields.optional("picture"),
        })
    }
}

/// The body of `POST /join-chatroom/`: one of two ways into a room.
#[derive(Debug)]
pub enum Entry {
    /// The number of an open room.
    Number(RoomId),
    /// An invite code, which may be anything.
    Code(String),
}

impl Input for Entry {
    fn read(fields: &mut Fields) -> Option<Self> {
        let code = fields.optional::<String>("invite");
        match (code, fields.is_rejected("invite")) {
            (Some(code), _) => {
                if fields.optional::<RoomId>("chatroom_id").is_some() {
                    fields.reject("invite", "must not be combined with chatroom_id");
                }
                Some(Self::Code(code))
            }
            (None, true) => None,
            (None, false) => Some(Self::Number(fields.required("chatroom_id")?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Refusal};

    fn read<T: Input>(body: &str) -> Result<T, Error> {
        Fields::parse(body.as_bytes()).unwrap().into()
    }

    fn new_room(body: &str) -> Result<NewRoom, Error> {
        read(body)
    }

    #[test]
    fn every_field_of_a_new_room_is_optional() {
        let room = new_room("").unwrap();
        assert_eq!(room.description.as_str(), "This is a chatroom.");
        assert_eq!((room.kind, room.max_members), (RoomKind::Chat, 1024));
        assert_eq!((room.access, room.history, room.picture), (None, None, None));
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
            (r#"{"type":"chat"}"#.to_owned(), r#"{"type":"direct"}"#.to_owned()),
            (r#"{"members":[1]}"#.to_owned(), r#"{"members":[0]}"#.to_owned()),
            (r#"{"access":"invite"}"#.to_owned(), r#"{"access":"closed"}"#.to_owned()),
            (r#"{"history":"joined"}"#.to_owned(), r#"{"history":"none"}"#.to_owned()),
        ] {
            assert!(new_room(&good).is_ok(), "{good}");
            assert!(matches!(new_room(&bad), Err(Error::Refused(Refusal::Invalid(_)))), "{bad}");
        }
    }

    #[test]
    fn a_room_is_joined_by_its_number_or_by_a_code() {
        assert!(matches!(read(r#"{"chatroom_id":7}"#), Ok(Entry::Number(room)) if room.get() == 7));
        assert!(matches!(read(r#"{"invite":"x"}"#), Ok(Entry::Code(code)) if code == "x"));
        for (bad, field) in [
            ("{}", "chatroom_id"),
            (r#"{"chatroom_id":"7"}"#, "chatroom_id"),
            (r#"{"invite":7}"#, "invite"),
            (r#"{"invite":"x","chatroom_id":7}"#, "invite"),
        ] {
            let Err(Error::Refused(Refusal::Invalid(errors))) = read::<Entry>(bad) else { panic!("accepted: {bad}") };
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field], "{bad}");
        }
    }
}
