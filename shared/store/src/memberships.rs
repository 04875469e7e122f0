//! `memberships`: the rooms of a user, how far they have read and what they may see. The room with id 0 counts a
//! user's rooms. Written together with the room's `members`, in one transaction: `creating.rs`, `joining.rs` and
//! `leaving.rs`.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{
        AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
        builders::UpdateBuilder,
    },
};
use domain::{
    Error, MAX_HIDDEN_UNREAD, MAX_ROOMS_PER_USER, MembershipId, MessageId, Refusal, Room, RoomId, TYPING_EVERY,
    Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Store,
    error::{failed, refusal},
    from_item, n, ns, to_item,
    transaction::{delete, put, update},
};

/// A user's stay in a room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    /// The user.
    pub user_id: UserId,
    /// The room.
    pub room_id: RoomId,
    /// The id of this stay.
    pub id: MembershipId,
    /// The time of its beginning, in milliseconds since 1970.
    pub joined_at: u64,
    /// The message up to which the user has read during this stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read: Option<MessageId>,
    /// Its sequence, or that of the last message before they joined.
    pub read_sequence: u64,
    /// The first message that they may see; `None` if all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_from: Option<MessageId>,
    /// The sequence of their own last message, if the room is large and does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<u64>,
    /// The sequences of messages that they have deleted for themselves before reading them.
    #[serde(default, with = "serde_dynamo::number_set", skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_unread: BTreeSet<u64>,
    /// Of a closed direct room: `last_read` as the other member sees it; 0 if they see none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<u64>,
}

impl Membership {
    /// A stay that begins now. Nothing of before is unread.
    #[must_use]
    pub fn begins(user: UserId, room: &Room, now: Timestamp) -> Self {
        Self {
            user_id: user,
            room_id: room.id,
            id: MembershipId::new(now, fastrand::u16(..)),
            joined_at: now.millis(),
            last_read: None,
            read_sequence: room.sequence,
            visible_from: room.visible_from(),
            sent: None,
            hidden_unread: BTreeSet::new(),
            told: None,
        }
    }

    /// The sequence of the last message that they have read or, in a large room, sent.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.sent.unwrap_or_default().max(self.read_sequence)
    }

    /// The message up to which they have read, as other members see it.
    #[must_use]
    pub fn told(&self) -> Option<MessageId> {
        self.told.map_or(self.last_read, |told| MessageId::try_from(told).ok())
    }

    /// The message up to which they have read, as a member sees it, perhaps themselves.
    #[must_use]
    pub fn last_read_for(&self, member: UserId) -> Option<MessageId> {
        if member == self.user_id { self.last_read } else { self.told() }
    }

    /// Whether they may see a message.
    #[must_use]
    pub fn sees(&self, id: MessageId) -> bool {
        self.visible_from.is_none_or(|first| id >= first)
    }

    /// The lowest id of a message that was sent during this stay.
    #[must_use]
    pub const fn first_id(&self) -> MessageId {
        MessageId::new(Timestamp::from_millis(self.joined_at), 0)
    }
}

#[derive(Deserialize)]
struct CountItem {
    user_id: UserId,
    #[serde(default)]
    count: u64,
}

fn key(user: UserId, room: u64) -> Item {
    [("user_id".to_owned(), n(user.get())), ("room_id".to_owned(), n(room))].into()
}

impl Store {
    /// The write of a new membership, as an action of a transaction.
    pub(crate) fn put_membership(&self, membership: &Membership) -> Result<TransactWriteItem, Error> {
        put(Put::builder()
            .table_name(&self.tables.memberships)
            .set_item(Some(to_item(membership)?))
            .condition_expression("attribute_not_exists(user_id)")
            .build())
    }

    /// The removal of a membership that exists, as an action of a transaction.
    pub(crate) fn delete_membership(&self, user: UserId, room: RoomId) -> Result<TransactWriteItem, Error> {
        delete(
            Delete::builder()
                .table_name(&self.tables.memberships)
                .set_key(Some(key(user, room.get())))
                .condition_expression("attribute_exists(user_id)")
                .build(),
        )
    }

    /// Counts one room more of a user, as an action of a transaction. Its condition fails if they are in too many
    /// rooms.
    pub(crate) fn count_room_up(&self, user: UserId) -> Result<TransactWriteItem, Error> {
        let count = self.count_rooms(user, "1");
        update(
            count
                .condition_expression("attribute_not_exists(#count) OR #count < :max")
                .expression_attribute_values(":max", n(MAX_ROOMS_PER_USER))
                .build(),
        )
    }

    /// Counts a direct room that another user opens with this one, as an action of a transaction. These rooms are
    /// counted apart, so that strangers keep nobody out of other rooms. Its condition fails if they are too many.
    pub(crate) fn count_opened_by_others(&self, user: UserId) -> Result<TransactWriteItem, Error> {
        let count = Update::builder()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(user, 0)))
            .update_expression("ADD opened_by_others :one")
            .condition_expression("attribute_not_exists(opened_by_others) OR opened_by_others < :max")
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":max", n(MAX_ROOMS_PER_USER));
        update(count.build())
    }

    /// Counts one room less of a user, as an action of a transaction.
    pub(crate) fn count_room_down(&self, user: UserId) -> Result<TransactWriteItem, Error> {
        update(self.count_rooms(user, "-1").build())
    }

    fn count_rooms(&self, user: UserId, change: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(user, 0)))
            .update_expression("ADD #count :change")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":change", AttributeValue::N(change.to_owned()))
    }

    /// A user's stay in a room. Whether the room still exists, the room says.
    pub async fn membership(
        &self,
        user: UserId,
        room: RoomId,
        consistency: Consistency,
    ) -> Result<Option<Membership>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(user, room.get())))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(failed("reading a membership"))?;
        found.item.map(from_item).transpose()
    }

    /// The stays of these users in a room, in no order.
    pub async fn memberships_of_room(
        &self,
        room: RoomId,
        users: impl IntoIterator<Item = UserId>,
    ) -> Result<Vec<Membership>, Error> {
        let keys = users.into_iter().map(|user| key(user, room.get())).collect();
        let found = self.batch_get(&self.tables.memberships, keys, Consistency::Eventual).await?;
        found.into_iter().map(from_item).collect()
    }

    /// All stays of a user.
    pub async fn memberships(&self, user: UserId, consistency: Consistency) -> Result<Vec<Membership>, Error> {
        let items: Vec<Item> = self
            .client
            .query()
            .table_name(&self.tables.memberships)
            .key_condition_expression("user_id = :user AND room_id > :counting")
            .expression_attribute_values(":user", n(user.get()))
            .expression_attribute_values(":counting", n(0))
            .consistent_read(consistency == Consistency::Strong)
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(failed("listing memberships"))?;
        items.into_iter().map(from_item).collect()
    }

    /// The users among these who may be in no more rooms. Asked before an id is spent on a room; the write decides.
    pub async fn users_in_too_many_rooms(&self, users: impl IntoIterator<Item = UserId>) -> Result<Vec<UserId>, Error> {
        let keys = users.into_iter().map(|user| key(user, 0)).collect();
        let counts = self.batch_get(&self.tables.memberships, keys, Consistency::Eventual).await?;
        let counts = counts.into_iter().map(from_item::<CountItem>).collect::<Result<Vec<_>, _>>()?;
        let mut full: Vec<_> =
            counts.into_iter().filter(|item| item.count >= MAX_ROOMS_PER_USER).map(|item| item.user_id).collect();
        full.sort_unstable();
        Ok(full)
    }

    fn update_membership(&self, user: UserId, room: RoomId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.tables.memberships).set_key(Some(key(user, room.get())))
    }

    /// Moves a user's mark forward; `false` if it is there or further already, or they have just left. A newcomer is
    /// further than the messages of before. In a closed room the other member keeps seeing the mark of `stay`.
    pub async fn mark_read(
        &self,
        stay: &Membership,
        message: MessageId,
        sequence: u64,
        closed: bool,
    ) -> Result<bool, Error> {
        let mark = self.update_membership(stay.user_id, stay.room_id);
        let passed: Vec<_> = stay.hidden_unread.range(..=sequence).map(u64::to_string).collect();
        let forget = if passed.is_empty() { "" } else { " DELETE hidden_unread :passed" };
        let mark = if closed {
            let told = stay.last_read.map_or(0, MessageId::get);
            mark.update_expression(format!(
                "SET last_read = :message, read_sequence = :sequence, told = if_not_exists(told, :told){forget}"
            ))
            .expression_attribute_values(":told", n(told))
        } else {
            mark.update_expression(format!("SET last_read = :message, read_sequence = :sequence REMOVE told{forget}"))
        };
        let mark = if passed.is_empty() {
            mark
        } else {
            mark.expression_attribute_values(":passed", AttributeValue::Ns(passed))
        };
        let mark = mark
            .condition_expression(
                "read_sequence < :sequence AND (attribute_not_exists(last_read) OR last_read < :message)",
            )
            .expression_attribute_values(":message", n(message.get()))
            .expression_attribute_values(":sequence", n(sequence));
        done("marking as read", mark).await
    }

    /// Remembers that a member has deleted a message for themselves before reading it, so that it is not unread. Changes
    /// nothing if there are [`MAX_HIDDEN_UNREAD`] already.
    pub async fn note_hidden(&self, user: UserId, room: RoomId, sequence: u64) -> Result<(), Error> {
        let note = self
            .update_membership(user, room)
            .update_expression("ADD hidden_unread :sequence")
            .condition_expression(
                "attribute_exists(user_id) AND read_sequence < :number \
                 AND (attribute_not_exists(hidden_unread) OR size(hidden_unread) < :most)",
            )
            .expression_attribute_values(":sequence", ns(sequence))
            .expression_attribute_values(":number", n(sequence))
            .expression_attribute_values(":most", n(MAX_HIDDEN_UNREAD));
        done("noting a hidden message", note).await.map(drop)
    }

    /// Remembers the sequence of a member's own last message in a large room. Changes nothing if they have left.
    pub(crate) async fn note_sent(&self, user: UserId, room: RoomId, sequence: u64) -> Result<(), Error> {
        let note = self
            .update_membership(user, room)
            .update_expression("SET sent = :sequence")
            .condition_expression("attribute_exists(user_id) AND (attribute_not_exists(sent) OR sent < :sequence)")
            .expression_attribute_values(":sequence", n(sequence));
        done("moving the last sequence of a member", note).await.map(drop)
    }

    /// Counts a signal that a user types in a room. `false` if they have no membership there.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn note_typing(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<bool, Error> {
        const DOING: &str = "noting that somebody types";
        #[derive(Deserialize)]
        struct Typed {
            #[serde(default)]
            typed_at: u64,
        }
        let noted = self
            .update_membership(user, room)
            .update_expression("SET typed_at = :now")
            .condition_expression(
                // A time that has not come is that of a clock that is ahead.
                "attribute_exists(user_id) \
                 AND (attribute_not_exists(typed_at) OR typed_at <= :latest OR typed_at > :now)",
            )
            .expression_attribute_values(":now", n(now.millis()))
            .expression_attribute_values(":latest", n((now - TYPING_EVERY).millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = noted.send().await else { return Ok(true) };
        let Some(item) = refusal(DOING, error)? else { return Ok(false) };
        let next = Timestamp::from_millis(from_item::<Typed>(item)?.typed_at) + TYPING_EVERY;
        Err(Refusal::rate_limited(next.since(now)).into())
    }
}

/// Whether the condition of an update held.
async fn done(doing: &'static str, update: UpdateItemFluentBuilder) -> Result<bool, Error> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) => refusal(doing, error).map(|_| false),
    }
}
