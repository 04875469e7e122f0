//! `changes`: the records of changes of messages, by the number of the change in its room. Kept for thirty days.
//!
//! A record has no content: a reader reads the message. So a record whose change was refused does no harm.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::{
    CHANGES_LAST, Change, ChangeKind, Error, LastChange, MAX_LISTED_CHANGES, MessageId, Room, RoomId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{ChangeTurn, Store, error::failed, from_item, n, to_item};

const LISTING: &str = "listing changes";

#[derive(Serialize, Deserialize)]
struct ChangeItem {
    room_id: RoomId,
    change: u64,
    message_id: MessageId,
    kind: ChangeKind,
    user_id: UserId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_at: Option<u64>,
    expires_at: u64,
}

impl From<ChangeItem> for Change {
    fn from(item: ChangeItem) -> Self {
        let previous = item.previous.zip(item.previous_at);
        Self {
            number: item.change,
            message: item.message_id,
            kind: item.kind,
            user: item.user_id,
            withheld: item.withheld,
            at: Timestamp::from_millis(item.at),
            previous: previous.map(|(number, at)| LastChange { number, at: Timestamp::from_millis(at) }),
        }
    }
}

impl Store {
    /// Records a change of a message. In a room that is closed by a block, others see deletions only.
    pub async fn put_change(&self, turn: &ChangeTurn, message: MessageId) -> Result<(), Error> {
        let previous = turn.room.last_change;
        let item = to_item(&ChangeItem {
            room_id: turn.room.id,
            change: turn.number,
            message_id: message,
            kind: turn.kind,
            user_id: turn.user,
            withheld: turn.room.is_closed() && turn.kind != ChangeKind::Deleted,
            at: turn.at.millis(),
            previous: previous.map(|last| last.number),
            previous_at: previous.map(|last| last.at.millis()),
            expires_at: (turn.at + CHANGES_LAST).seconds(),
        })?;
        let put = self.client.put_item().table_name(&self.tables.changes).set_item(Some(item));
        put.send().await.map_err(failed("recording a change"))?;
        Ok(())
    }

    /// Whether a change is recorded, or its record has expired: the next change that may be left is old enough.
    pub async fn has_change(&self, room: &Room, change: u64, now: Timestamp) -> Result<bool, Error> {
        let (next, _) = self.records(room.id, change.saturating_sub(1), 1).await?;
        let last = match next.into_iter().next().map(Change::from) {
            Some(next) if next.number == change => return Ok(true),
            Some(next) => next.previous,
            None => room.last_change,
        };
        Ok(last.is_some_and(|last| last.number >= change && now.since(last.at) >= CHANGES_LAST))
    }

    /// The first records of a room after a number, at most [`MAX_LISTED_CHANGES`], and whether there may be more. `None`
    /// if the first has expired: `DynamoDB` removes them in any order, so others may be gone.
    pub async fn changes(
        &self,
        room: RoomId,
        after: u64,
        now: Timestamp,
    ) -> Result<Option<(Vec<Change>, bool)>, Error> {
        let (items, may_have_more) = self.records(room, after, MAX_LISTED_CHANGES).await?;
        if items.first().is_some_and(|item| item.expires_at <= now.seconds()) {
            return Ok(None);
        }
        Ok(Some((items.into_iter().map(Change::from).collect(), may_have_more)))
    }

    /// The newest number of a room up to which no change can be on its way. If the last change is young, the records
    /// are read from the newest to the first that shows it.
    pub async fn settled_change(&self, room: &Room, now: Timestamp) -> Result<u64, Error> {
        /// Records of one unit.
        const PAGE: i32 = 25;
        if room.last_change.is_none_or(|last| last.is_settled(now)) {
            return Ok(room.changes);
        }
        let query = self.query_changes(room.id, 0).scan_index_forward(false).limit(PAGE);
        let mut records = query.into_paginator().items().send();
        while let Some(record) = records.try_next().await.map_err(failed(LISTING))? {
            if let Some(number) = Change::from(from_item::<ChangeItem>(record)?).settled(now) {
                return Ok(number);
            }
        }
        Ok(0)
    }

    async fn records(&self, room: RoomId, after: u64, limit: usize) -> Result<(Vec<ChangeItem>, bool), Error> {
        let query = self.query_changes(room, after).limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let found = query.send().await.map_err(failed(LISTING))?;
        let may_have_more = found.last_evaluated_key.is_some();
        let items = found.items.unwrap_or_default().into_iter().map(from_item::<ChangeItem>);
        Ok((items.collect::<Result<_, _>>()?, may_have_more))
    }

    fn query_changes(&self, room: RoomId, after: u64) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.changes)
            .key_condition_expression("room_id = :room AND #change > :after")
            .expression_attribute_names("#change", "change")
            .expression_attribute_values(":room", n(room.get()))
            .expression_attribute_values(":after", n(after))
            .consistent_read(true)
    }
}
