//! `directs`: the direct room of each two people, by the lower and the higher id, so that there is one only. Written
//! together with the room.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use domain::{Error, Refusal, Room, RoomId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Consistency, Item, Membership, Store, error::failed, from_item, n, to_item, transaction::put};

#[derive(Serialize, Deserialize)]
struct DirectItem {
    low: UserId,
    high: UserId,
    room_id: RoomId,
}

pub(crate) fn key(one: UserId, other: UserId) -> Item {
    let (low, high) = (one.min(other), one.max(other));
    [("low".to_owned(), n(low.get())), ("high".to_owned(), n(high.get()))].into()
}

impl Store {
    /// The direct room of two people, or of one with themselves.
    pub async fn direct(&self, one: UserId, other: UserId) -> Result<Option<RoomId>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.directs)
            .set_key(Some(key(one, other)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading a direct room"))?;
        Ok(found.item.map(from_item::<DirectItem>).transpose()?.map(|item| item.room_id))
    }

    /// The people among these who have written to a user in their direct room.
    pub async fn writers_to(&self, user: UserId, people: BTreeSet<UserId>) -> Result<BTreeSet<UserId>, Error> {
        let keys = people.iter().map(|&other| key(user, other)).collect();
        let found = self.batch_get(&self.tables.directs, keys, Consistency::Strong).await?;
        let directs = found.into_iter().map(from_item::<DirectItem>).collect::<Result<Vec<_>, _>>()?;
        let rooms = self.rooms(directs.into_iter().map(|direct| direct.room_id), Consistency::Strong).await?;
        let writers = rooms.into_iter().filter_map(|room| {
            let other = room.peer(user)?;
            room.sent.contains_key(&other).then_some(other)
        });
        Ok(writers.collect())
    }

    /// Creates the direct room of its members, or returns the one that they have. Its creation fails if the blocks
    /// between the members are others than `room.closed_by` says: then the room is to be made again.
    ///
    /// # Errors
    /// `TooManyRooms`. `Unavailable` if somebody has blocked the other one meanwhile.
    pub async fn create_direct(&self, room: &Room, memberships: &[Membership]) -> Result<RoomId, Error> {
        const DOING: &str = "opening a direct room";
        let members = room.members.first().zip(room.members.last());
        let (&low, &high) = members.ok_or_else(|| Error::internal(DOING, "a direct room without members"))?;
        let direct = DirectItem { low, high, room_id: room.id };
        let mut actions = vec![
            put(Put::builder()
                .table_name(&self.tables.directs)
                .set_item(Some(to_item(&direct)?))
                .condition_expression("attribute_not_exists(low)")
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .build())?,
            self.put_room(room)?,
        ];
        actions.extend(self.new_memberships(memberships)?);
        if low != high {
            for (blocker, blocked) in [(low, high), (high, low)] {
                actions.push(self.check_block(blocker, blocked, room.closed_by.contains_key(&blocker))?);
            }
        }
        let Err(cancelled) = self.transact(DOING, actions).await? else { return Ok(room.id) };
        if let Some(first) = cancelled.item(0) {
            return Ok(from_item::<DirectItem>(first)?.room_id);
        }
        let counts = (3..).step_by(2).zip(memberships);
        let full = counts.filter(|&(action, _)| cancelled.failed(action)).map(|(_, membership)| membership.user_id);
        let full: Vec<_> = full.collect();
        if full.is_empty() {
            return Err(Error::Unavailable { doing: DOING, source: "somebody blocks the other one meanwhile".into() });
        }
        Err(Refusal::TooManyRooms(full).into())
    }
}
