//! `bans`: the people who cannot get into a room, by room and user, until an admin lifts the ban.

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    builders::ConditionCheckBuilder,
};
use domain::{Error, Refusal, Room, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Store,
    error::failed,
    n,
    rooms::{self, is_admin},
    to_item,
    transaction::{check, delete, put},
};

/// A ban of a user from a room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ban {
    room_id: RoomId,
    user_id: UserId,
    by: UserId,
    at: u64,
}

impl Ban {
    /// A ban by an admin of the room.
    #[must_use]
    pub const fn new(room: RoomId, user: UserId, by: UserId, now: Timestamp) -> Self {
        Self { room_id: room, user_id: user, by, at: now.millis() }
    }
}

fn key(room: RoomId, user: UserId) -> Item {
    [("room_id".to_owned(), n(room.get())), ("user_id".to_owned(), n(user.get()))].into()
}

impl Store {
    /// Whether a user is banned from a room.
    pub async fn is_banned(&self, room: RoomId, user: UserId) -> Result<bool, Error> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.bans)
            .set_key(Some(key(room, user)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("reading a ban"))?;
        Ok(found.item.is_some())
    }

    /// Bans a stranger from a room, and removes their invitation. `false` if they are a member now:
    /// [`Store::remove`] bans members.
    ///
    /// # Errors
    /// `NotAnAdmin` if the user who bans is not an admin, or not any more.
    pub async fn ban(&self, room: &Room, ban: &Ban) -> Result<bool, Error> {
        let no_member = self
            .rights_check(room, ban.by, " AND NOT contains(members, :user)")
            .expression_attribute_values(":user", n(ban.user_id.get()));
        let actions =
            vec![check(no_member.build())?, self.put_ban(ban)?, self.delete_invitation(ban.user_id, room.id)?];
        let Err(cancelled) = self.transact("banning somebody", actions).await? else { return Ok(true) };
        let room = cancelled.item(0).map_or(Ok(None), rooms::room)?;
        if room.is_some_and(|room| room.members.contains(&ban.user_id)) {
            Ok(false)
        } else {
            Err(Refusal::NotAnAdmin.into())
        }
    }

    /// Lifts a ban, if there is one. It does not bring the user back.
    ///
    /// # Errors
    /// `NotAnAdmin` if `by` is not an admin, or not any more.
    pub async fn lift_ban(&self, room: &Room, user: UserId, by: UserId) -> Result<(), Error> {
        let lift = Delete::builder().table_name(&self.tables.bans).set_key(Some(key(room.id, user))).build();
        let actions = vec![check(self.rights_check(room, by, "").build())?, delete(lift)?];
        self.transact("lifting a ban", actions).await?.map_err(|_| Refusal::NotAnAdmin.into())
    }

    /// The check that a user is an admin of a room, with more conditions.
    fn rights_check(&self, room: &Room, by: UserId, more: &str) -> ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .condition_expression(format!("contains(members, :by) AND {}{more}", is_admin(":by")))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":by", n(by.get()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// The write of a ban, as an action of a transaction.
    pub(crate) fn put_ban(&self, ban: &Ban) -> Result<TransactWriteItem, Error> {
        put(Put::builder().table_name(&self.tables.bans).set_item(Some(to_item(ban)?)).build())
    }

    /// The check that a user is not banned from a room, as an action of a transaction.
    pub(crate) fn check_no_ban(&self, room: RoomId, user: UserId) -> Result<TransactWriteItem, Error> {
        check(
            ConditionCheck::builder()
                .table_name(&self.tables.bans)
                .set_key(Some(key(room, user)))
                .condition_expression("attribute_not_exists(user_id)")
                .build(),
        )
    }
}
