use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Fields, Input, MAX_SYNCED_ROOMS, MembershipId, MessageId, RoomId, RoomSummary, ShownMessage, UserId, fields::take,
    id::MAX_SAFE_INTEGER,
};

/// The rooms that count as another call: those of one batch of reads.
const ROOMS_PER_CALL: usize = 100;
/// The other calls as which the marks of other members count: they are read for each room of the answer.
const CALLS_FOR_MARKS: u64 = 4;

/// The body of `POST /sync/`.
#[derive(Clone, Debug, Default)]
pub struct SyncRooms {
    /// The rooms that the client knows.
    pub rooms: BTreeMap<RoomId, KnownRoom>,
    /// Whether the client wants the marks of other members.
    pub marks: bool,
}

/// The parts of a room that a client has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct KnownRoom {
    /// The last message before which it lacks none. [`MessageId::FIRST`], which no message has, if it has none and wants
    /// all; `None` if it wants no messages.
    pub after: Option<MessageId>,
    /// The number up to which it has all changes. `None` if it knows the room by its id only.
    pub change: Option<u64>,
    /// The stay of its user to which all this belongs.
    pub membership: Option<MembershipId>,
    /// The message up to which its user has read; [`MessageId::FIRST`] if they have read none.
    pub last_read: Option<MessageId>,
    /// The version of its settings.
    pub settings: Option<u64>,
}

impl TryFrom<Map<String, Value>> for KnownRoom {
    type Error = String;

    fn try_from(mut fields: Map<String, Value>) -> Result<Self, Self::Error> {
        let mut place = |name| {
            let id: Option<u64> = take(&mut fields, name)?;
            let id = id.map(|id| MessageId::try_from(id.max(MessageId::FIRST.get())));
            id.transpose().map_err(|why| format!("{name}: {why}"))
        };
        let (after, last_read) = (place("after")?, place("last_read")?);
        let mut number = |name| match take(&mut fields, name)? {
            Some(number) if number > MAX_SAFE_INTEGER => Err(format!("{name}: must be from 0 to 2^53 - 1")),
            number => Ok(number),
        };
        let (change, settings) = (number("change")?, number("settings_version")?);
        Ok(Self { after, change, membership: take(&mut fields, "membership")?, last_read, settings })
    }
}

impl Input for SyncRooms {
    fn read(fields: &mut Fields) -> Option<Self> {
        let given: Option<BTreeMap<RoomId, Value>> = fields.required("rooms");
        let marks = fields.optional("marks").unwrap_or(false);
        let given = given?;
        if given.len() > MAX_SYNCED_ROOMS {
            fields.reject("rooms", format!("must have at most {MAX_SYNCED_ROOMS} rooms"));
        }
        let known = |(room, known)| match serde_json::from_value(known) {
            Ok(known) => Ok((room, known)),
            Err(why) => Err(format!("{room}: {why}")),
        };
        let rooms = given.into_iter().map(known).collect::<Result<_, _>>();
        let rooms = rooms.map_err(|why| fields.reject("rooms", why)).ok()?;
        Some(Self { rooms, marks })
    }
}

impl SyncRooms {
    /// The number of calls as which this one counts.
    #[must_use]
    pub fn weight(&self) -> u64 {
        let marks = if self.marks { CALLS_FOR_MARKS } else { 0 };
        1 + marks + self.rooms.len().div_ceil(ROOMS_PER_CALL) as u64
    }
}

/// The news of a user's rooms.
#[derive(Debug, Default, Serialize)]
pub struct Synced {
    /// The rooms with news.
    pub rooms: BTreeMap<RoomId, SyncedRoom>,
    /// The rooms that the client knows, and the user no longer has.
    pub gone: BTreeSet<RoomId>,
    /// Whether other rooms may have news, for which there was no place.
    pub more: bool,
}

/// The news of a room.
#[derive(Debug, Serialize)]
pub struct SyncedRoom {
    /// The room as it is now.
    pub room: RoomSummary,
    /// The stay of the user.
    pub membership: MembershipId,
    /// The next messages, oldest first.
    pub messages: Vec<ShownMessage>,
    /// The place up to which all next messages are hidden from the user, if there are many.
    pub after: Option<MessageId>,
    /// Messages with a change, as they are now.
    pub changed: Vec<ShownMessage>,
    /// The number up to which the client has all changes now.
    pub change: u64,
    /// The marks of the user, and of other members if the client wants them.
    pub marks: BTreeMap<UserId, Marks>,
    /// Whether there are more messages or changes.
    pub more: bool,
    /// Whether the client must list the room anew.
    pub reset: bool,
}

/// The marks of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// The message up to which a device of theirs has all messages.
    pub last_delivered: Option<MessageId>,
    /// The last message that they have read.
    pub last_read: Option<MessageId>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Error, Refusal};

    fn read(body: &Value) -> Result<SyncRooms, Error> {
        Fields::parse(body.to_string().as_bytes())?.into()
    }

    fn id(id: u64) -> MessageId {
        MessageId::try_from(id).unwrap()
    }

    #[test]
    fn a_room_is_known_as_far_as_the_client_says() {
        let seven = json!({"after": 9.0, "change": 0, "last_read": 8, "settings_version": 3});
        let read = read(&json!({"rooms": {"7": seven, "8": {"after": 0, "last_read": 0}}})).unwrap();
        let rooms: Vec<_> = read.rooms.iter().map(|(room, known)| (room.get(), *known)).collect();
        let known = KnownRoom {
            after: Some(id(9)),
            change: Some(0),
            membership: None,
            last_read: Some(id(8)),
            settings: Some(3),
        };
        let none = Some(MessageId::FIRST);
        assert_eq!(rooms, [(7, known), (8, KnownRoom { after: none, last_read: none, ..KnownRoom::default() })]);
        assert!(!read.marks);
    }

    #[test]
    fn other_values_are_refused() {
        for rooms in [
            json!(null),
            json!([]),
            json!({"x": {}}),
            json!({"0": {}}),
            json!({"01": {}}),
            json!({"9007199254740992": {}}),
            json!({"1": null}),
            json!({"1": 5}),
            json!({"1": []}),
            json!({"1": {"after": -1}}),
            json!({"1": {"after": "7"}}),
            json!({"1": {"after": 9_007_199_254_740_992_u64}}),
            json!({"1": {"change": 1.5}}),
            json!({"1": {"change": 9_007_199_254_740_992_u64}}),
            json!({"1": {"membership": 0}}),
            json!({"1": {"last_read": true}}),
            json!({"1": {"settings_version": -1}}),
            json!({"1": {"settings_version": 9_007_199_254_740_992_u64}}),
        ] {
            let refused = read(&json!({"rooms": rooms}));
            let Err(Error::Refused(Refusal::Invalid(errors))) = refused else { panic!("{rooms}: {refused:?}") };
            assert_eq!(errors.keys().collect::<Vec<_>>(), ["rooms"]);
        }
        assert!(read(&json!({"rooms": {}, "marks": 1})).is_err());
        assert!(read(&json!({})).is_err());
    }

    #[test]
    fn five_hundred_rooms_are_known_and_count_as_six_calls_and_marks_as_four_more() {
        let of = |rooms: usize| {
            let rooms: serde_json::Map<_, _> = (1..=rooms).map(|room| (room.to_string(), json!({}))).collect();
            read(&json!({"rooms": rooms})).map(|read| read.weight())
        };
        assert_eq!([0, 1, 100, 101, 500].map(|rooms| of(rooms).unwrap()), [1, 2, 2, 3, 6]);
        assert_eq!(SyncRooms { marks: true, ..SyncRooms::default() }.weight(), 5);
        assert!(of(501).is_err());
    }
}
