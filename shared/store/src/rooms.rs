//! `rooms`: rooms with their members, roles and settings, and the order of their messages. The room with id 0 counts.
//!
//! Items from before there were roles lack the attributes of roles and access; their defaults are in [`RoomItem`]. A
//! deleted room stays as an item without members, so that every condition on members fails.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use domain::{
    Access, Action, Attachment, Description, Error, History, LastChange, MessageId, Room, RoomId, RoomKind, RoomName,
    Timestamp, UserId, stored,
};
use serde::{Deserialize, Serialize};

use crate::{Consistency, Item, Store, closures, error::failed, from_item, n, number, to_item, transaction::put};

#[derive(Serialize, Deserialize)]
struct RoomItem {
    id: RoomId,
    /// A direct room has none.
    #[serde(default, deserialize_with = "stored", skip_serializing_if = "Option::is_none")]
    name: Option<RoomName>,
    #[serde(deserialize_with = "stored")]
    description: Description,
    #[serde(rename = "type")]
    kind: RoomKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    picture: Option<Attachment>,
    /// Absent if there are none: DynamoDB has no empty sets.
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    members: BTreeSet<UserId>,
    /// The size of `members`, for arithmetic. Absent from old items until somebody joins or leaves.
    #[serde(default)]
    members_count: usize,
    max_members: usize,
    created_by: UserId,
    created_at: u64,
    updated_at: u64,
    /// `None` in old items: chats were private conversations then, and groups were open.
    #[serde(default)]
    access: Option<Access>,
    #[serde(default)]
    history: History,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history_from: Option<MessageId>,
    /// `None` in old items: the creator.
    #[serde(default)]
    owner: Option<UserId>,
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    admins: BTreeSet<UserId>,
    #[serde(default, with = "serde_dynamo::string_set", skip_serializing_if = "BTreeSet::is_empty")]
    only_admins: BTreeSet<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invite: Option<String>,
    #[serde(default)]
    changes: u64,
    #[serde(default)]
    room_change: u64,
    /// The number of the last change of a message; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_change: Option<u64>,
    /// The time at which it took its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_change_at: Option<u64>,
    /// `None` unless the room is direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed_by: Option<BTreeMap<String, MessageId>>,
    /// `None` unless the room is direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<BTreeMap<String, MessageId>>,
    /// `None` unless the room is direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden_from: Option<BTreeMap<String, MessageId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_message_id: Option<MessageId>,
    sequence: u64,
    #[serde(default)]
    sent: BTreeMap<String, u64>,
    /// `None` unless the room is direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<BTreeMap<String, u64>>,
    /// Absent unless the item has forgotten a time in which the room was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted_after: Option<u64>,
    /// Absent until a message mentions all members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mention_all: Option<u64>,
}

impl From<&Room> for RoomItem {
    fn from(room: &Room) -> Self {
        let is_direct = room.kind == RoomKind::Direct;
        Self {
            id: room.id,
            name: room.name.clone(),
            description: room.description.clone(),
            kind: room.kind,
            picture: room.picture.clone(),
            members: room.members.clone(),
            members_count: room.members.len(),
            max_members: room.max_members,
            created_by: room.created_by,
            created_at: room.created_at.millis(),
            updated_at: room.updated_at.millis(),
            access: Some(room.access),
            history: room.history,
            history_from: room.history_from,
            owner: Some(room.owner),
            admins: room.admins.clone(),
            only_admins: room.only_admins.into(),
            invite: room.invite.clone(),
            changes: room.changes,
            room_change: room.room_change,
            last_change: room.last_change.map(|last| last.number),
            last_change_at: room.last_change.map(|last| last.at.millis()),
            closed_by: is_direct.then(|| by_name(&room.closed_by)),
            shown: is_direct.then(|| by_name(&room.shown)),
            hidden_from: is_direct.then(|| by_name(&room.hidden_from)),
            last_message_id: room.last_message_id,
            sequence: room.sequence,
            sent: by_name(&room.sent),
            skipped: is_direct.then(|| by_name(&room.skipped)),
            counted_after: Some(room.counted_after).filter(|&sequence| sequence > 0),
            mention_all: room.mention_all,
        }
    }
}

impl From<RoomItem> for Room {
    fn from(item: RoomItem) -> Self {
        let usual_access = if item.kind == RoomKind::Group { Access::Open } else { Access::Invite };
        Self {
            id: item.id,
            name: item.name,
            description: item.description,
            kind: item.kind,
            picture: item.picture,
            members: item.members,
            max_members: item.max_members,
            created_by: item.created_by,
            created_at: Timestamp::from_millis(item.created_at),
            updated_at: Timestamp::from_millis(item.updated_at),
            access: item.access.unwrap_or(usual_access),
            history: item.history,
            history_from: item.history_from,
            owner: item.owner.unwrap_or(item.created_by),
            admins: item.admins,
            only_admins: item.only_admins.into(),
            invite: item.invite,
            changes: item.changes,
            room_change: item.room_change,
            last_change: item
                .last_change
                .zip(item.last_change_at)
                .map(|(number, at)| LastChange { number, at: Timestamp::from_millis(at) }),
            closed_by: by_user(item.closed_by.unwrap_or_default()),
            shown: by_user(item.shown.unwrap_or_default()),
            hidden_from: by_user(item.hidden_from.unwrap_or_default()),
            last_message_id: item.last_message_id,
            sequence: item.sequence,
            sent: by_user(item.sent),
            sent_ids: BTreeMap::new(),
            skipped: by_user(item.skipped.unwrap_or_default()),
            closures: BTreeMap::new(),
            counted_after: item.counted_after.unwrap_or_default(),
            lost: BTreeSet::new(),
            mention_all: item.mention_all,
        }
    }
}

/// A map as an attribute: the keys of maps are strings.
fn by_name<T: Copy>(map: &BTreeMap<UserId, T>) -> BTreeMap<String, T> {
    map.iter().map(|(user, value)| (user.to_string(), *value)).collect()
}

fn by_user<T>(map: BTreeMap<String, T>) -> BTreeMap<UserId, T> {
    map.into_iter().filter_map(|(user, value)| Some((user.parse().ok()?, value))).collect()
}

/// A room, from its item; `None` if it was deleted.
pub(crate) fn room(item: Item) -> Result<Option<Room>, Error> {
    if item.contains_key("deleted_at") {
        return Ok(None);
    }
    let sent_ids = with_prefix("own ", &item).filter_map(|(user, id)| Some((user.parse().ok()?, id)));
    let sent_ids = sent_ids.map(|(user, id)| Ok((user, message_id(id)?))).collect::<Result<_, Error>>()?;
    let lost = with_prefix("lost ", &item).map(|(_, sequence)| number(sequence)).collect::<Result<_, Error>>()?;
    let closures = closures::of(&item)?;
    Ok(Some(Room { sent_ids, lost, closures, ..from_item::<RoomItem>(item)?.into() }))
}

fn message_id(attribute: AttributeValue) -> Result<MessageId, Error> {
    MessageId::try_from(number(attribute)?).map_err(|error| Error::internal("reading the id of a message", error))
}

/// The attributes whose names begin so, with the rest of the names.
pub(crate) fn with_prefix<'a>(prefix: &'a str, item: &'a Item) -> impl Iterator<Item = (&'a str, AttributeValue)> {
    item.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.clone())))
}

/// The attribute with the id of a member's own last message, in a small room. The map `sent` has its sequence.
pub(crate) fn own(member: UserId) -> String {
    format!("own {member}")
}

pub(crate) fn key(room: RoomId) -> Item {
    [("id".to_owned(), n(room.get()))].into()
}

/// The assignments by which a change of the room itself takes so many numbers, of which the item keeps the last one.
/// Needs the value `:zero`.
pub(crate) fn takes_numbers(count: &str) -> String {
    let number = format!("if_not_exists(changes, :zero) + {count}");
    format!("changes = {number}, room_change = {number}")
}

/// The condition that the value of this name is the owner of a room. Needs the name `#owner`.
pub(crate) fn is_owner(user: &str) -> String {
    format!("(#owner = {user} OR attribute_not_exists(#owner) AND created_by = {user})")
}

/// The condition that the value of this name is an admin of a room, or its owner. Needs the name `#owner`.
pub(crate) fn is_admin(user: &str) -> String {
    format!("(contains(admins, {user}) OR {})", is_owner(user))
}

impl Store {
    /// The id of a room that is about to be created.
    pub async fn next_room_id(&self) -> Result<RoomId, Error> {
        let id = self.next_id(&self.tables.rooms).await?;
        RoomId::try_from(id).map_err(|error| Error::internal("counting rooms", error))
    }

    /// The write of a new room, as an action of a transaction.
    pub(crate) fn put_room(&self, room: &Room) -> Result<TransactWriteItem, Error> {
        let mut item = to_item(&RoomItem::from(room))?;
        item.extend(closures::items(&room.closures));
        put(Put::builder().table_name(&self.tables.rooms).set_item(Some(item)).build())
    }

    /// Reads a room.
    pub async fn room(&self, id: RoomId, consistency: Consistency) -> Result<Option<Room>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(key(id)))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(failed("reading a room"))?;
        found.item.map_or(Ok(None), room)
    }

    /// The rooms that exist among these, in no order.
    pub async fn rooms(
        &self,
        ids: impl IntoIterator<Item = RoomId>,
        consistency: Consistency,
    ) -> Result<Vec<Room>, Error> {
        let keys = ids.into_iter().map(key).collect();
        let found = self.batch_get(&self.tables.rooms, keys, consistency).await?;
        found.into_iter().filter_map(|item| room(item).transpose()).collect()
    }
}
