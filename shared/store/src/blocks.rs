//! `blocks`: the people whom a user blocks, by user and blocked user. The blocked user with id 0 counts. Written
//! together with the direct room of the two, which knows who has closed it, so that a message needs no other read.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update, builders::UpdateBuilder,
};
use domain::{Error, MAX_BLOCKS, Refusal, Room, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Store,
    closures::Change,
    directs,
    error::failed,
    from_item, n, rooms, to_item,
    transaction::{check, delete, put, update},
};

/// A block of one user by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The blocked user.
    pub blocked: UserId,
    /// The time of the block.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct BlockItem {
    user_id: UserId,
    blocked_id: UserId,
    at: u64,
}

/// The users among others whom blocks separate from a user.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    /// They block the user.
    pub by_them: BTreeSet<UserId>,
    /// The user blocks them.
    pub by_user: BTreeSet<UserId>,
}

impl Blocks {
    /// Whether nothing of one may reach the other.
    #[must_use]
    pub fn separate(&self, other: UserId) -> bool {
        self.by_them.contains(&other) || self.by_user.contains(&other)
    }

    /// The blockers among a user, whose blocks these are, and another one.
    #[must_use]
    pub fn blockers(&self, user: UserId, other: UserId) -> BTreeSet<UserId> {
        let by_them = self.by_them.get(&other).copied();
        by_them.into_iter().chain(self.by_user.contains(&other).then_some(user)).collect()
    }
}

fn key(user: UserId, blocked: u64) -> Item {
    [("user_id".to_owned(), n(user.get())), ("blocked_id".to_owned(), n(blocked))].into()
}

/// The places of the actions in the transaction.
const BLOCK: usize = 0;
const COUNT: usize = 1;
const MOST_ATTEMPTS: u32 = 4;

impl Store {
    /// The blocks between a user and others, in both directions.
    pub async fn blocks_between(
        &self,
        user: UserId,
        others: &BTreeSet<UserId>,
        consistency: Consistency,
    ) -> Result<Blocks, Error> {
        let others = others.iter().filter(|&&other| other != user);
        let keys = others.flat_map(|&other| [key(user, other.get()), key(other, user.get())]).collect();
        let found = self.batch_get(&self.tables.blocks, keys, consistency).await?;
        let mut blocks = Blocks::default();
        for item in found.into_iter().map(from_item::<BlockItem>) {
            let item = item?;
            if item.user_id == user {
                blocks.by_user.insert(item.blocked_id);
            } else {
                blocks.by_them.insert(item.user_id);
            }
        }
        Ok(blocks)
    }

    /// The people whom a user blocks, by id.
    pub async fn blocks(&self, user: UserId) -> Result<Vec<Block>, Error> {
        let items: Vec<Item> = self
            .client
            .query()
            .table_name(&self.tables.blocks)
            .key_condition_expression("user_id = :user AND blocked_id > :counting")
            .expression_attribute_values(":user", n(user.get()))
            .expression_attribute_values(":counting", n(0))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(failed("listing blocks"))?;
        let blocks = items.into_iter().map(from_item::<BlockItem>);
        blocks
            .map(|item| item.map(|item| Block { blocked: item.blocked_id, at: Timestamp::from_millis(item.at) }))
            .collect()
    }

    /// Blocks somebody, and closes their direct room. Changes nothing if they are blocked already.
    ///
    /// # Errors
    /// `TooManyBlocks`.
    pub async fn block(&self, user: UserId, blocked: UserId, now: Timestamp) -> Result<(), Error> {
        const DOING: &str = "blocking somebody";
        for _ in 0..MOST_ATTEMPTS {
            let close = match self.direct_of(user, blocked).await? {
                Some(room) => self.close_direct(&room, user, blocked)?,
                None => self.check_no_direct(user, blocked)?,
            };
            let item = to_item(&BlockItem { user_id: user, blocked_id: blocked, at: now.millis() })?;
            let actions = vec![
                put(Put::builder()
                    .table_name(&self.tables.blocks)
                    .set_item(Some(item))
                    .condition_expression("attribute_not_exists(user_id)")
                    .build())?,
                self.count_block(user)?,
                close,
            ];
            let Err(cancelled) = self.transact(DOING, actions).await? else { return Ok(()) };
            if cancelled.failed(BLOCK) {
                return Ok(());
            }
            if cancelled.failed(COUNT) {
                return Err(Refusal::TooManyBlocks.into());
            }
            // The direct room was opened meanwhile, or the other one has closed it.
        }
        Err(Error::Unavailable { doing: DOING, source: "the direct room keeps changing".into() })
    }

    /// Ends a block, and opens the direct room again unless the other one has closed it. Messages from between stay
    /// hidden. Changes nothing if there is no block.
    pub async fn unblock(&self, user: UserId, blocked: UserId) -> Result<(), Error> {
        const DOING: &str = "ending a block";
        for _ in 0..MOST_ATTEMPTS {
            let lift = Delete::builder()
                .table_name(&self.tables.blocks)
                .set_key(Some(key(user, blocked.get())))
                .condition_expression("attribute_exists(user_id)")
                .build();
            let open = match self.direct_of(user, blocked).await? {
                Some(room) => self.open_again(&room, user, blocked)?,
                None => self.check_no_direct(user, blocked)?,
            };
            let actions = vec![delete(lift)?, self.discount_block(user)?, open];
            let Err(cancelled) = self.transact(DOING, actions).await? else { return Ok(()) };
            if cancelled.failed(BLOCK) {
                return Ok(());
            }
        }
        Err(Error::Unavailable { doing: DOING, source: "the direct room is opened meanwhile".into() })
    }

    /// Counts a block, and fails at the limit.
    fn count_block(&self, user: UserId) -> Result<TransactWriteItem, Error> {
        let count = self
            .change_count(user, "1")
            .condition_expression("attribute_not_exists(#count) OR #count < :max")
            .expression_attribute_values(":max", n(MAX_BLOCKS));
        update(count.build())
    }

    fn discount_block(&self, user: UserId) -> Result<TransactWriteItem, Error> {
        update(self.change_count(user, "-1").build())
    }

    fn change_count(&self, user: UserId, change: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.tables.blocks)
            .set_key(Some(key(user, 0)))
            .update_expression("ADD #count :change")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":change", AttributeValue::N(change.to_owned()))
    }

    /// The direct room of two people.
    async fn direct_of(&self, user: UserId, other: UserId) -> Result<Option<Room>, Error> {
        match self.direct(user, other, Consistency::Strong).await? {
            Some(room) => self.room(room, Consistency::Strong).await,
            None => Ok(None),
        }
    }

    /// The write by which a user closes the direct room with somebody, who has closed it or not when it was read.
    fn close_direct(&self, room: &Room, user: UserId, blocked: UserId) -> Result<TransactWriteItem, Error> {
        let (condition, change) = if room.closed_by.contains_key(&blocked) {
            ("attribute_exists(closed_by.#blocked)", Change::none())
        } else {
            ("attribute_not_exists(closed_by.#blocked)", Change::begin(room, [(user, "#user"), (blocked, "#blocked")]))
        };
        let close = Update::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(format!(
                "SET closed_by.#user = if_not_exists(last_message_id, :first){}{}",
                change.assignments, change.removals
            ))
            .condition_expression(format!("{condition}{}", change.conditions))
            .expression_attribute_names("#user", user.to_string())
            .expression_attribute_names("#blocked", blocked.to_string())
            .expression_attribute_values(":first", n(1));
        update(change.with_values(close).build())
    }

    /// The write by which a user opens the direct room with somebody again, who has closed it or not when it was read.
    fn open_again(&self, room: &Room, user: UserId, blocked: UserId) -> Result<TransactWriteItem, Error> {
        let (condition, change) = if room.closed_by.contains_key(&blocked) {
            ("attribute_exists(closed_by.#blocked)", Change::none())
        } else {
            ("attribute_not_exists(closed_by.#blocked)", Change::end(room))
        };
        let open = Update::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(format!("REMOVE closed_by.#user{}", change.assignments))
            .condition_expression(format!("{condition}{}", change.conditions))
            .expression_attribute_names("#user", user.to_string())
            .expression_attribute_names("#blocked", blocked.to_string());
        update(change.with_values(open).build())
    }

    fn check_no_direct(&self, user: UserId, other: UserId) -> Result<TransactWriteItem, Error> {
        check(
            ConditionCheck::builder()
                .table_name(&self.tables.directs)
                .set_key(Some(directs::key(user, other)))
                .condition_expression("attribute_not_exists(low)")
                .build(),
        )
    }

    /// The check that a block exists or does not, as an action of a transaction.
    pub(crate) fn check_block(&self, user: UserId, blocked: UserId, exists: bool) -> Result<TransactWriteItem, Error> {
        let condition = if exists { "attribute_exists(user_id)" } else { "attribute_not_exists(user_id)" };
        check(
            ConditionCheck::builder()
                .table_name(&self.tables.blocks)
                .set_key(Some(key(user, blocked.get())))
                .condition_expression(condition)
                .build(),
        )
    }
}
