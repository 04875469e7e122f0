//! `changes`: the records of changes of messages, by the number of the change in its room. Kept for thirty days.
//!
//! A record has no content: a reader reads the message. So a record whose change was refused does no harm.

use domain::{
    CHANGES_LAST, Change, ChangeKind, Error, LastChange, MAX_LISTED_CHANGES, MessageId, RoomId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{ChangeTurn, Item, Store, error::failed, from_item, n, to_item};

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

fn key(room: RoomId, change: u64) -> Item {
    [("room_id".to_owned(), n(room.get())), ("change".to_owned(), n(change))].into()
}

impl Store {
    /// Records a change of a message. In a room that is closed by a block, others see deletions only.
    pub async fn put_change(
        &self,
        turn: &ChangeTurn,
        message: MessageId,
        kind: ChangeKind,
        user: UserId,
    ) -> Result<(), Error> {
        let previous = turn.room.last_change;
        let item = to_item(&ChangeItem {
            room_id: turn.room.id,
            change: turn.number,
            message_id: message,
            kind,
            user_id: user,
            withheld: turn.room.is_closed() && kind != ChangeKind::Deleted,
            at: turn.at.millis(),
            previous: previous.map(|last| last.number),
            previous_at: previous.map(|last| last.at.millis()),
            expires_at: (turn.at + CHANGES_LAST).seconds(),
        })?;
        let put = self.client.put_item().table_name(&self.tables.changes).set_item(Some(item));
        put.send().await.map_err(failed("recording a change"))?;
        Ok(())
    }

    /// Whether a change is recorded.
    pub async fn has_change(&self, room: RoomId, change: u64) -> Result<bool, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.changes)
            .set_key(Some(key(room, change)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("looking up a change"))?;
        Ok(found.item.is_some())
    }

    /// The first records of a room after a number, at most [`MAX_LISTED_CHANGES`], and whether there may be more.
    pub async fn changes(&self, room: RoomId, after: u64, now: Timestamp) -> Result<(Vec<Change>, bool), Error> {
        let found = self
            .client
            .query()
            .table_name(&self.tables.changes)
            .key_condition_expression("room_id = :room AND #change > :after")
            .expression_attribute_names("#change", "change")
            .expression_attribute_values(":room", n(room.get()))
            .expression_attribute_values(":after", n(after))
            .limit(i32::try_from(MAX_LISTED_CHANGES).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("listing changes"))?;
        let may_have_more = found.last_evaluated_key.is_some();
        let items = found.items.unwrap_or_default().into_iter().map(from_item::<ChangeItem>);
        // DynamoDB removes them in any order.
        let items = items.filter(|item| item.as_ref().map_or(true, |item| item.expires_at > now.seconds()));
        Ok((items.map(|item| item.map(Change::from)).collect::<Result<_, _>>()?, may_have_more))
    }
}
