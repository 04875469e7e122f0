//! Deleting a room: its item stays without members until all that belongs to the room is erased.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::{Attachment, AttachmentId, Error, Refusal, Room, RoomId, Timestamp, UserId};
use serde::Deserialize;

use crate::{
    Item, Store,
    error::{failed, refusal},
    from_item, n,
    rooms::{self, is_owner},
};

/// The remains of a deleted room.
#[derive(Clone, Debug)]
pub struct Tombstone {
    /// The owner who deleted it.
    pub deleted_by: UserId,
    /// The time.
    pub deleted_at: Timestamp,
    /// The members at that time, until the room is erased.
    pub members: BTreeSet<UserId>,
    /// The picture, and former ones whose objects may exist, until the room is erased.
    pub pictures: BTreeSet<AttachmentId>,
}

#[derive(Deserialize)]
struct TombstoneItem {
    deleted_at: Option<u64>,
    deleted_by: Option<UserId>,
    #[serde(default, with = "serde_dynamo::number_set")]
    former_members: BTreeSet<UserId>,
    #[serde(default)]
    picture: Option<Attachment>,
    #[serde(default, with = "serde_dynamo::string_set")]
    old_pictures: BTreeSet<AttachmentId>,
}

fn tombstone(item: Item) -> Result<Option<Tombstone>, Error> {
    let TombstoneItem { deleted_at, deleted_by, former_members, picture, old_pictures } = from_item(item)?;
    Ok(deleted_at.zip(deleted_by).map(|(deleted_at, deleted_by)| Tombstone {
        deleted_by,
        deleted_at: Timestamp::from_millis(deleted_at),
        members: former_members,
        pictures: picture.map(|picture| picture.id).into_iter().chain(old_pictures).collect(),
    }))
}

/// The item of a room that is erased. The counter does not give its number again.
pub(crate) fn minimal(room: RoomId, tombstone: &Tombstone) -> Item {
    let mut item = rooms::key(room);
    item.insert("deleted_at".to_owned(), n(tombstone.deleted_at.millis()));
    item.insert("deleted_by".to_owned(), n(tombstone.deleted_by.get()));
    item
}

impl Store {
    /// The remains of a room, if it was deleted.
    pub async fn tombstone(&self, room: RoomId) -> Result<Option<Tombstone>, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading a deleted room"))?;
        found.item.map_or(Ok(None), tombstone)
    }

    /// Deletes a room by the hand of its owner: it has no members then, and no reader finds it. Returns the members of
    /// that moment.
    ///
    /// # Errors
    /// `NotAnAdmin` if the user is not the owner, or not any more. `RoomNotFound` if somebody else has deleted it.
    pub async fn delete_room(&self, room: RoomId, by: UserId, now: Timestamp) -> Result<BTreeSet<UserId>, Error> {
        const DOING: &str = "deleting a room";
        let deleted = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room)))
            .update_expression(
                "SET deleted_at = :now, deleted_by = :by, former_members = members \
                 REMOVE members, members_count, admins, #owner, only_admins, invite, sent",
            )
            .condition_expression(format!("contains(members, :by) AND {}", is_owner(":by")))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":by", n(by.get()))
            .expression_attribute_values(":now", n(now.millis()))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let item = match deleted.send().await {
            Ok(deleted) => {
                let room: Option<Room> = deleted.attributes.map_or(Ok(None), rooms::room)?;
                let members = room.map(|room| room.members);
                return members.ok_or_else(|| Error::internal(DOING, "the room had no members"));
            }
            Err(error) => refusal(DOING, error)?.ok_or(Refusal::RoomNotFound)?,
        };
        match tombstone(item)? {
            Some(first) if first.deleted_by == by => Ok(first.members),
            Some(_) => Err(Refusal::RoomNotFound.into()),
            None => Err(Refusal::NotAnAdmin.into()),
        }
    }
}
