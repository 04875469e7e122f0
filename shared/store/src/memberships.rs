//! `memberships`: the users of rooms, with the messages up to which they have read. The item with room id 0 counts a
//! user's rooms. Written together with the room's `members`, in one transaction.

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    builders::UpdateBuilder,
};
use domain::{Error, MAX_ROOMS_PER_USER, MembershipId, MessageId, Refusal, Room, RoomId, Timestamp, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Store,
    error::{failed, refusal},
    from_item, n, ns, rooms, to_item,
    transaction::{MAX_ACTIONS, delete, put, update},
};

/// The number of transactions at once when a room is made with many members.
const CONCURRENCY: usize = 8;

/// A user's stay in a room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Membership {
    /// The user.
    pub user_id: UserId,
    /// The room.
    pub room_id: RoomId,
    /// The id of the stay.
    pub id: MembershipId,
    /// The time of joining, in milliseconds since 1970.
    pub joined_at: u64,
    /// The message up to which the user has read during this stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read: Option<MessageId>,
    /// The sequence of `last_read`, or of the last message before the user joined.
    pub read_sequence: u64,
}

#[derive(Deserialize)]
struct CountItem {
    user_id: UserId,
    count: u64,
}

fn key(user: UserId, room: u64) -> Item {
    [("user_id".to_owned(), n(user.get())), ("room_id".to_owned(), n(room))].into()
}

impl Store {
    /// Makes a room with its first members. Up to 49 members take one transaction. With more, the memberships come
    /// first and the room last, so that a room always has its memberships. A failure in between leaves memberships of a
    /// missing room, which readers skip, and which still count for their users.
    ///
    /// # Errors
    /// `TooManyRooms`.
    pub async fn create_room(&self, room: &Room, members: Vec<Membership>) -> Result<(), Error> {
        /// Two actions each, the membership and the count, beside the action of the room.
        const MEMBERS_PER_TRANSACTION: usize = (MAX_ACTIONS - 1) / 2;
        let (last, rest) = members.split_at(members.len().min(MEMBERS_PER_TRANSACTION));
        let first: Vec<_> =
            rest.chunks(MEMBERS_PER_TRANSACTION).map(|members| self.put_memberships(members, None)).collect();
        stream::iter(first).buffer_unordered(CONCURRENCY).try_collect::<()>().await?;
        self.put_memberships(last, Some(room)).await
    }

    async fn put_memberships(&self, members: &[Membership], room: Option<&Room>) -> Result<(), Error> {
        let mut actions = Vec::with_capacity(MAX_ACTIONS);
        for membership in members {
            actions.push(self.put_membership(membership)?);
            actions.push(self.count_room_up(membership.user_id)?);
        }
        actions.extend(room.map(|room| self.put_room(room)).transpose()?);
        let Err(cancelled) = self.transact("making a room", actions).await? else { return Ok(()) };
        let counts = (1..).step_by(2).zip(members);
        let full = counts.filter(|&(action, _)| cancelled.failed(action)).map(|(_, membership)| membership.user_id);
        Err(Refusal::TooManyRooms(full.collect()).into())
    }

    /// Adds a user to a room. Returns `false` if the user is a member already.
    ///
    /// # Errors
    /// `RoomNotFound`, `RoomFull`, `TooManyRooms`.
    pub async fn join(&self, membership: &Membership, max_members: usize) -> Result<bool, Error> {
        let user = membership.user_id;
        let actions = vec![
            update(
                Update::builder()
                    .table_name(&self.tables.rooms)
                    .key("id", n(membership.room_id.get()))
                    .update_expression("ADD members :users SET updated_at = :now")
                    .condition_expression(
                        "attribute_exists(id) AND NOT contains(members, :user) \
                         AND (attribute_not_exists(members) OR size(members) < :max)",
                    )
                    .expression_attribute_values(":user", n(user.get()))
                    .expression_attribute_values(":users", ns(user.get()))
                    .expression_attribute_values(":now", n(membership.joined_at))
                    .expression_attribute_values(":max", n(max_members as u64))
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .build(),
            )?,
            self.put_membership(membership)?,
            self.count_room_up(user)?,
        ];
        let Err(cancelled) = self.transact("joining a room", actions).await? else { return Ok(true) };
        if !cancelled.failed(0) {
            return Err(Refusal::TooManyRooms(vec![user]).into());
        }
        let room = rooms::room(cancelled.item(0).ok_or(Refusal::RoomNotFound)?)?;
        if room.members.contains(&user) { Ok(false) } else { Err(Refusal::RoomFull.into()) }
    }

    /// Removes a user from a room.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`.
    pub async fn leave(&self, user: UserId, room: RoomId, now: Timestamp) -> Result<(), Error> {
        let actions = vec![
            update(
                Update::builder()
                    .table_name(&self.tables.rooms)
                    .key("id", n(room.get()))
                    .update_expression("DELETE members :users SET updated_at = :now REMOVE sent.#user, #pace")
                    .condition_expression("contains(members, :user)")
                    .expression_attribute_names("#user", user.to_string())
                    .expression_attribute_names("#pace", rooms::pace(user))
                    .expression_attribute_values(":user", n(user.get()))
                    .expression_attribute_values(":users", ns(user.get()))
                    .expression_attribute_values(":now", n(now.millis()))
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .build(),
            )?,
            delete(
                Delete::builder().table_name(&self.tables.memberships).set_key(Some(key(user, room.get()))).build(),
            )?,
            update(self.count_rooms(user, "-1").build())?,
        ];
        let Err(cancelled) = self.transact("leaving a room", actions).await? else { return Ok(()) };
        Err(if cancelled.item(0).is_none() { Refusal::RoomNotFound } else { Refusal::NotAMember }.into())
    }

    fn put_membership(&self, membership: &Membership) -> Result<TransactWriteItem, Error> {
        put(Put::builder().table_name(&self.tables.memberships).set_item(Some(to_item(membership)?)).build())
    }

    fn count_room_up(&self, user: UserId) -> Result<TransactWriteItem, Error> {
        let count = self.count_rooms(user, "1");
        update(
            count
                .condition_expression("attribute_not_exists(#count) OR #count < :max")
                .expression_attribute_values(":max", n(MAX_ROOMS_PER_USER))
                .build(),
        )
    }

    fn count_rooms(&self, user: UserId, change: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(user, 0)))
            .update_expression("ADD #count :change")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":change", AttributeValue::N(change.to_owned()))
    }

    /// Reads a user's stay in a room.
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

    /// The users of these who may not join another room. Read before an id is assigned to a room. The write decides.
    pub async fn users_in_too_many_rooms(&self, users: impl IntoIterator<Item = UserId>) -> Result<Vec<UserId>, Error> {
        let keys = users.into_iter().map(|user| key(user, 0)).collect();
        let counts = self.batch_get(&self.tables.memberships, keys, Consistency::Eventual).await?;
        let counts = counts.into_iter().map(from_item::<CountItem>).collect::<Result<Vec<_>, _>>()?;
        let mut full: Vec<_> =
            counts.into_iter().filter(|item| item.count >= MAX_ROOMS_PER_USER).map(|item| item.user_id).collect();
        full.sort_unstable();
        Ok(full)
    }

    /// Moves a user's mark forward. Returns `false` if the mark is at the message or further, or the user has just
    /// left. The mark of a user who joined after the message is further.
    pub async fn mark_read(
        &self,
        user: UserId,
        room: RoomId,
        message: MessageId,
        sequence: u64,
    ) -> Result<bool, Error> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.tables.memberships)
            .set_key(Some(key(user, room.get())))
            .update_expression("SET last_read = :message, read_sequence = :sequence")
            .condition_expression(
                "read_sequence < :sequence AND (attribute_not_exists(last_read) OR last_read < :message)",
            )
            .expression_attribute_values(":message", n(message.get()))
            .expression_attribute_values(":sequence", n(sequence))
            .send()
            .await;
        match updated {
            Ok(_) => Ok(true),
            Err(error) => refusal("marking as read", error).map(|_| false),
        }
    }
}
