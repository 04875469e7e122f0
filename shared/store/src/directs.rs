//! `directs`: the direct room of each two people, by the lower and the higher id, so that there is one only. Written
//! together with the room.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use domain::{Error, MessageId, Refusal, Room, RoomId, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Consistency, Item, Membership, Store,
    error::{failed, refusal},
    from_item, n, rooms, to_item,
    transaction::put,
};

/// The outcome of creating a direct room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The room is created.
    Created,
    /// Its members have this one already.
    Existing(RoomId),
    /// Nothing is created, because the blocks between its members are others than `room.closed_by` says.
    Outdated,
}

/// The people among others who have written to a user in their direct room, or to whom the user has written.
#[derive(Clone, Debug, Default)]
pub struct Contacts {
    /// They have written to the user, who is a contact of theirs.
    pub by_them: BTreeSet<UserId>,
    /// The user has written to them. They are contacts of the user.
    pub by_user: BTreeSet<UserId>,
}

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
    pub async fn direct(&self, one: UserId, other: UserId, consistency: Consistency) -> Result<Option<RoomId>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.directs)
            .set_key(Some(key(one, other)))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(failed("reading a direct room"))?;
        Ok(found.item.map(from_item::<DirectItem>).transpose()?.map(|item| item.room_id))
    }

    /// The contacts among these people and a user, by their direct rooms, in both directions.
    pub async fn contacts_between(
        &self,
        user: UserId,
        people: &BTreeSet<UserId>,
        consistency: Consistency,
    ) -> Result<Contacts, Error> {
        let keys = people.iter().map(|&other| key(user, other)).collect();
        let found = self.batch_get(&self.tables.directs, keys, consistency).await?;
        let directs = found.into_iter().map(from_item::<DirectItem>).collect::<Result<Vec<_>, _>>()?;
        let rooms = self.rooms(directs.into_iter().map(|direct| direct.room_id), consistency).await?;
        let mut contacts = Contacts::default();
        for room in rooms {
            let Some(other) = room.peer(user) else { continue };
            if room.sent.contains_key(&other) {
                contacts.by_them.insert(other);
            }
            if room.sent.contains_key(&user) {
                contacts.by_user.insert(other);
            }
        }
        Ok(contacts)
    }

    /// Creates the direct room of its members, unless they have one.
    ///
    /// The room counts as one of the opener's rooms, and apart for the other one.
    ///
    /// # Errors
    /// `TooManyRooms` for the opener, `NotAccepted` if too many people have opened a room with the other one.
    pub async fn create_direct(&self, room: &Room, memberships: &[Membership]) -> Result<Opening, Error> {
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
        for membership in memberships {
            let user = membership.user_id;
            let is_opener = user == room.created_by;
            actions.push(self.put_membership(membership)?);
            actions.push(if is_opener { self.count_room_up(user)? } else { self.count_opened_by_others(user)? });
        }
        if low != high {
            for (blocker, blocked) in [(low, high), (high, low)] {
                actions.push(self.check_block(blocker, blocked, room.closed_by.contains_key(&blocker))?);
            }
        }
        let Err(cancelled) = self.transact(DOING, actions).await? else { return Ok(Opening::Created) };
        if let Some(first) = cancelled.item(0) {
            let first = from_item::<DirectItem>(first)?.room_id;
            // Its own room, if the answer to the first attempt was lost.
            return Ok(if first == room.id { Opening::Created } else { Opening::Existing(first) });
        }
        let counts = (3..).step_by(2).zip(memberships);
        let full = counts.filter(|&(action, _)| cancelled.failed(action)).map(|(_, membership)| membership.user_id);
        let full: Vec<_> = full.collect();
        if full.is_empty() {
            Ok(Opening::Outdated)
        } else if full.contains(&room.created_by) {
            Err(Refusal::TooManyRooms(vec![room.created_by]).into())
        } else {
            Err(Refusal::NotAccepted.into())
        }
    }

    /// Leaves a direct room out of a member's list until it has a message with this id or a higher one. Changes
    /// nothing for others.
    pub async fn hide_room(&self, user: UserId, room: RoomId, until: MessageId) -> Result<(), Error> {
        self.change_listing("hiding a room", user, room, "SET hidden_from.#user = :until", Some(until)).await
    }

    /// Puts a direct room into a member's list.
    pub async fn list_room(&self, user: UserId, room: RoomId) -> Result<(), Error> {
        self.change_listing("listing a room", user, room, "REMOVE hidden_from.#user", None).await
    }

    async fn change_listing(
        &self,
        doing: &'static str,
        user: UserId,
        room: RoomId,
        change: &str,
        until: Option<MessageId>,
    ) -> Result<(), Error> {
        let values = until.map(|until| (":until".to_owned(), n(until.get())));
        let changed = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room)))
            .update_expression(change)
            .condition_expression("contains(members, :user)")
            .expression_attribute_names("#user", user.to_string())
            .set_expression_attribute_values(Some(values.into_iter().collect()))
            .expression_attribute_values(":user", n(user.get()))
            .send()
            .await;
        match changed {
            Ok(_) => Ok(()),
            Err(error) => refusal(doing, error).map(drop),
        }
    }
}
