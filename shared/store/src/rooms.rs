//! `rooms`: rooms with their members, and the order of their messages. The item with id 0 counts rooms.
//!
//! One conditional write per message authorises the sender, enforces their pace, orders the message and returns its
//! audience.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use domain::{Description, Error, MessageId, Pace, Refusal, Room, RoomId, RoomKind, RoomName, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Store,
    error::{failed, refusal},
    from_item, millis, n, number, to_item,
    transaction::put,
};

#[derive(Serialize, Deserialize)]
struct RoomItem {
    id: RoomId,
    name: RoomName,
    description: Description,
    #[serde(rename = "type")]
    kind: RoomKind,
    /// Left out if empty, because DynamoDB has no empty sets.
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    members: BTreeSet<UserId>,
    max_members: usize,
    created_by: UserId,
    created_at: u64,
    updated_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message_id: Option<MessageId>,
    sequence: u64,
    sent: BTreeMap<String, u64>,
}

impl From<&Room> for RoomItem {
    fn from(room: &Room) -> Self {
        Self {
            id: room.id,
            name: room.name.clone(),
            description: room.description.clone(),
            kind: room.kind,
            members: room.members.clone(),
            max_members: room.max_members,
            created_by: room.created_by,
            created_at: room.created_at.millis(),
            updated_at: room.updated_at.millis(),
            last_message_id: room.last_message_id,
            sequence: room.sequence,
            sent: room.sent.iter().map(|(user, sequence)| (user.to_string(), *sequence)).collect(),
        }
    }
}

impl From<RoomItem> for Room {
    fn from(item: RoomItem) -> Self {
        Self {
            id: item.id,
            name: item.name,
            description: item.description,
            kind: item.kind,
            members: item.members,
            max_members: item.max_members,
            created_by: item.created_by,
            created_at: Timestamp::from_millis(item.created_at),
            updated_at: Timestamp::from_millis(item.updated_at),
            last_message_id: item.last_message_id,
            sequence: item.sequence,
            sent: item.sent.into_iter().filter_map(|(user, sequence)| Some((user.parse().ok()?, sequence))).collect(),
        }
    }
}

/// The attribute with the time at which a member may send a whole burst again. Each sender has an attribute beside the
/// map `sent`, because rooms from before paces have no map for it.
pub(crate) fn pace(member: UserId) -> String {
    format!("pace {member}")
}

/// Converts an item to a room.
pub(crate) fn room(item: Item) -> Result<Room, Error> {
    Ok(from_item::<RoomItem>(item)?.into())
}

/// The place of a message in its room.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The id of the message.
    pub id: MessageId,
    /// The sequence of the message.
    pub sequence: u64,
    /// The id of the turn before.
    pub previous: Option<MessageId>,
    /// The members of the room, the sender included.
    pub members: BTreeSet<UserId>,
}

impl Store {
    /// Assigns the id of a new room.
    pub async fn next_room_id(&self) -> Result<RoomId, Error> {
        let id = self.next_id(&self.tables.rooms).await?;
        RoomId::try_from(id).map_err(|error| Error::internal("counting rooms", error))
    }

    /// The write of a new room, as an action of a transaction.
    pub(crate) fn put_room(&self, room: &Room) -> Result<TransactWriteItem, Error> {
        put(Put::builder().table_name(&self.tables.rooms).set_item(Some(to_item(&RoomItem::from(room))?)).build())
    }

    /// Reads a room.
    pub async fn room(&self, id: RoomId, consistency: Consistency) -> Result<Option<Room>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.rooms)
            .key("id", n(id.get()))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(failed("reading a room"))?;
        found.item.map(room).transpose()
    }

    /// Reads rooms. Returns the existing ones, in no order.
    pub async fn rooms(
        &self,
        ids: impl IntoIterator<Item = RoomId>,
        consistency: Consistency,
    ) -> Result<Vec<Room>, Error> {
        let keys = ids.into_iter().map(|id| [("id".to_owned(), n(id.get()))].into()).collect();
        self.batch_get(&self.tables.rooms, keys, consistency).await?.into_iter().map(room).collect()
    }

    /// Gives the next message of a room its turn, in one write, which fails if the sender is not in the room.
    ///
    /// The message gets the id `wanted`. If that is not higher than all ids before, because clocks differ or two
    /// messages came in one millisecond, it gets the next higher id, which takes a second write. A sender who is ahead
    /// of their pace takes a second write as well. A third write follows only if one of the two becomes true during the
    /// second. Its conditions depend on nothing that other senders change, so it succeeds for every sender who may
    /// send.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `RateLimited`.
    pub async fn take_turn(&self, room: RoomId, sender: UserId, wanted: MessageId) -> Result<Turn, Error> {
        const MOST_WRITES: u32 = 3;
        let now = wanted.created_at();
        let (mut in_order, mut on_time) = (true, true);
        for _ in 0..MOST_WRITES {
            let (before, full_at) = match taken(self.turn(room, sender, wanted, in_order, on_time), sender).await? {
                Taken::After(before) => return Ok(Turn::after(before, wanted)),
                Taken::Not { room, full_at } => (room, full_at),
            };
            if !before.members.contains(&sender) {
                return Err(Refusal::NotAMember.into());
            }
            let wait = Pace::MESSAGES.wait(full_at, now);
            if !wait.is_zero() {
                return Err(Refusal::rate_limited(wait).into());
            }
            in_order = before.last_message_id.is_none_or(|last| last < wanted);
            on_time = full_at <= now;
        }
        Err(Error::Unavailable { doing: DOING, source: "the sender joins and leaves the room".into() })
    }

    fn turn(
        &self,
        room: RoomId,
        sender: UserId,
        wanted: MessageId,
        in_order: bool,
        on_time: bool,
    ) -> UpdateItemFluentBuilder {
        let Pace { every, ahead } = Pace::MESSAGES;
        let now = wanted.created_at();
        let (id, its_condition) = if in_order {
            (":wanted", "(attribute_not_exists(last_message_id) OR last_message_id < :wanted)")
        } else {
            ("last_message_id + :one", "attribute_exists(last_message_id)")
        };
        let (full_at, pace_condition) = if on_time {
            (":full_at", "(attribute_not_exists(#pace) OR #pace <= :now)")
        } else {
            ("#pace + :every", "#pace <= :latest")
        };
        let turn = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .key("id", n(room.get()))
            .update_expression(format!(
                "SET last_message_id = {id}, #pace = {full_at}, #sequence = #sequence + :one, \
                 sent.#sender = #sequence + :one, updated_at = :now"
            ))
            .condition_expression(format!("contains(members, :sender) AND {its_condition} AND {pace_condition}"))
            .expression_attribute_names("#pace", pace(sender))
            .expression_attribute_names("#sequence", "sequence")
            .expression_attribute_names("#sender", sender.to_string())
            .expression_attribute_values(":sender", n(sender.get()))
            .expression_attribute_values(":now", n(now.millis()))
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        // DynamoDB refuses a value that no expression names.
        let turn = if in_order { turn.expression_attribute_values(":wanted", n(wanted.get())) } else { turn };
        if on_time {
            turn.expression_attribute_values(":full_at", n((now + every).millis()))
        } else {
            turn.expression_attribute_values(":every", millis(every))
                .expression_attribute_values(":latest", n((now + ahead).millis()))
        }
    }
}

impl Turn {
    fn after(before: Room, wanted: MessageId) -> Self {
        let id = before.last_message_id.filter(|last| *last >= wanted).map_or(wanted, MessageId::next);
        Self { id, sequence: before.sequence + 1, previous: before.last_message_id, members: before.members }
    }
}

/// The outcome of a write that takes a turn.
enum Taken {
    /// The turn is taken. The room before it.
    After(Room),
    /// A condition failed. The current room, and the time at which its sender may send a whole burst again.
    Not { room: Room, full_at: Timestamp },
}

const DOING: &str = "taking a turn in a room";

async fn taken(turn: UpdateItemFluentBuilder, sender: UserId) -> Result<Taken, Error> {
    let mut item = match turn.send().await {
        Ok(updated) => return room(updated.attributes.unwrap_or_default()).map(Taken::After),
        Err(error) => refusal(DOING, error)?.ok_or(Refusal::RoomNotFound)?,
    };
    let full_at = Timestamp::from_millis(item.remove(&pace(sender)).map_or(Ok(0), number)?);
    Ok(Taken::Not { room: room(item)?, full_at })
}
