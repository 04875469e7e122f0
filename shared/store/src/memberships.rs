//! `memberships`: the rooms of a user, how far they have read and what they may see. The room with id 0 counts a
//! user's rooms. Written together with the room's `members`, in one transaction: `creating.rs`, `joining.rs` and
//! `leaving.rs`.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{
        AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
        builders::UpdateBuilder,
    },
};
use domain::{
    Error, MAX_HIDDEN_UNREAD, MAX_ROOMS_PER_USER, MessageId, Refusal, RoomId, TYPING_EVERY, Timestamp, UserId,
};
use serde::Deserialize;

use crate::{
    Consistency, Item, Membership, Store,
    error::{failed, refusal},
    from_item, n, ns, to_item,
    transaction::{delete, put, update},
};

#[derive(Deserialize)]
struct CountItem {
    user_id: UserId,
    #[serde(default)]
    count: u64,
}

pub(crate) fn key(user: UserId, room: u64) -> Item {
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

    /// Counts one room less of a user, which is not pinned any more, as an action of a transaction.
    pub(crate) fn count_room_down(&self, user: UserId, room: RoomId) -> Result<TransactWriteItem, Error> {
        let count = self.count_rooms(user, "-1").update_expression("ADD #count :change DELETE pinned :room");
        update(count.expression_attribute_values(":room", ns(room.get())).build())
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
        consistency: Consistency,
    ) -> Result<Vec<Membership>, Error> {
        self.memberships_at(users.into_iter().map(|user| key(user, room.get())).collect(), consistency).await
    }

    /// The stays of a user in these rooms, in no order.
    pub async fn memberships_in(
        &self,
        user: UserId,
        rooms: impl IntoIterator<Item = RoomId>,
    ) -> Result<Vec<Membership>, Error> {
        self.memberships_at(rooms.into_iter().map(|room| key(user, room.get())).collect(), Consistency::Eventual).await
    }

    async fn memberships_at(&self, keys: Vec<Item>, consistency: Consistency) -> Result<Vec<Membership>, Error> {
        let found = self.batch_get(&self.tables.memberships, keys, consistency).await?;
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

    pub(crate) fn update_membership(&self, user: UserId, room: RoomId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.tables.memberships).set_key(Some(key(user, room.get())))
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

    /// Remembers that a message mentions a member, or answers theirs. Changes nothing if they have left.
    pub async fn note_mention(&self, user: UserId, room: RoomId, sequence: u64) -> Result<(), Error> {
        let note = self
            .update_membership(user, room)
            .update_expression("SET mention = :sequence")
            .condition_expression(
                "attribute_exists(user_id) AND (attribute_not_exists(mention) OR mention < :sequence)",
            )
            .expression_attribute_values(":sequence", n(sequence));
        done("noting a mention", note).await.map(drop)
    }

    /// Remembers a member's own last message in a large room: its sequence, and its id if the room has it. Changes
    /// nothing if they have left.
    pub(crate) async fn note_sent(
        &self,
        user: UserId,
        room: RoomId,
        (sequence, id): (u64, Option<MessageId>),
    ) -> Result<(), Error> {
        let (set, value) = if id.is_some() { (", sent_id = :id", id) } else { ("", None) };
        let note = self
            .update_membership(user, room)
            .update_expression(format!("SET sent = :sequence{set}"))
            .set_expression_attribute_values(value.map(|id| [(":id".to_owned(), n(id.get()))].into()))
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
pub(crate) async fn done(doing: &'static str, update: UpdateItemFluentBuilder) -> Result<bool, Error> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) => refusal(doing, error).map(|_| false),
    }
}
