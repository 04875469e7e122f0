//! Leaving a room, being removed from it, and what remains of a stay that has no room. The room, the membership and
//! the count of the user's rooms change in one transaction, together with the succession of an owner.

use aws_sdk_dynamodb::types::{
    ConditionCheck, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, builders::UpdateBuilder,
};
use domain::{Error, Refusal, Room, RoomId, Timestamp, UserId};

use crate::{
    Ban, Store,
    error::refusal,
    id_set, n, ns,
    roles::same_admins,
    rooms::{self, is_admin, is_owner, own, takes_numbers},
    transaction::{check, update},
};

impl Store {
    /// Takes a user out of a room, which was read as `room`. If they are its owner, `heir` is the next one; none if
    /// they are the last member. `false` if the roles have changed meanwhile: the room is to be read again, and the
    /// heir to be chosen again.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember` as of now.
    pub async fn leave(&self, user: UserId, room: &Room, heir: Option<UserId>, now: Timestamp) -> Result<bool, Error> {
        let leave = self.without_member(room, user, now);
        let leave = if room.owner == user { with_heir(leave, room, heir) } else { leave_as_member(leave, &[]) };
        let actions =
            vec![update(leave.build())?, self.delete_membership(user, room.id)?, self.count_room_down(user, room.id)?];
        let Err(cancelled) = self.transact("leaving a room", actions).await? else { return Ok(true) };
        if !cancelled.failed(0) {
            // A room from before there were transactions may lack the membership.
            return Err(Error::internal("leaving a room", "a member has no membership"));
        }
        let room = cancelled.item(0).map_or(Ok(None), rooms::room)?.ok_or(Refusal::RoomNotFound)?;
        if room.members.contains(&user) { Ok(false) } else { Err(room.refuses_strangers().into()) }
    }

    /// Removes a member from a room by the hand of an admin, and bans them if there is a ban. `false` if they are not a
    /// member.
    ///
    /// # Errors
    /// `RoomNotFound`; `NotAnAdmin` if `by` is not an admin, or not any more; `OwnerStays`.
    pub async fn remove(
        &self,
        user: UserId,
        room: &Room,
        by: UserId,
        ban: Option<&Ban>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let remove = self.without_member(room, user, now);
        let remove = leave_as_member(remove, &[is_admin(":by"), "contains(members, :by)".to_owned()])
            .expression_attribute_values(":by", n(by.get()));
        let mut actions =
            vec![update(remove.build())?, self.delete_membership(user, room.id)?, self.count_room_down(user, room.id)?];
        if let Some(ban) = ban {
            actions.push(self.put_ban(ban)?);
            actions.push(self.delete_invitation(user, room.id)?);
        }
        let Err(cancelled) = self.transact("removing a member", actions).await? else { return Ok(true) };
        if !cancelled.failed(0) {
            return Err(Error::internal("removing a member", "a member has no membership"));
        }
        let room = cancelled.item(0).map_or(Ok(None), rooms::room)?.ok_or(Refusal::RoomNotFound)?;
        if room.role(by) == domain::Role::Member || !room.members.contains(&by) {
            return Err(Refusal::NotAnAdmin.into());
        }
        if room.owner == user && room.members.contains(&user) { Err(Refusal::OwnerStays.into()) } else { Ok(false) }
    }

    /// The write that takes a member out of a room. The pace of the user stays.
    fn without_member(&self, room: &Room, user: UserId, now: Timestamp) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#user", user.to_string())
            .expression_attribute_names("#own", own(user))
            .expression_attribute_values(":user", n(user.get()))
            .expression_attribute_values(":users", ns(user.get()))
            .expression_attribute_values(":before", n(room.members.len() as u64))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":now", n(now.millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Makes a member the owner of a room whose owner, as it was read, is not a member: a room from before there were
    /// owners. Changes nothing if that is not so any more.
    pub async fn crown(&self, room: &Room, heir: UserId) -> Result<(), Error> {
        let crown = self
            .client
            .update_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(format!("SET #owner = :heir, {} DELETE admins :heirs", takes_numbers(":one")))
            .condition_expression(format!(
                "contains(members, :heir) AND NOT contains(members, :gone) AND {}",
                is_owner(":gone")
            ))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":heir", n(heir.get()))
            .expression_attribute_values(":heirs", ns(heir.get()))
            .expression_attribute_values(":gone", n(room.owner.get()))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1));
        match crown.send().await {
            Ok(_) => Ok(()),
            Err(error) => refusal("making somebody the owner", error).map(drop),
        }
    }

    /// Removes a membership whose room is missing, deleted or does not have the user. Changes nothing if the room has
    /// them after all.
    pub async fn remove_ghost(&self, user: UserId, room: RoomId) -> Result<(), Error> {
        if self.remove_stay(user, room).await? {
            tracing::warn!(%user, %room, "a membership had no room");
        }
        Ok(())
    }

    /// Removes a membership whose room does not have the user. `false` if there is none.
    pub(crate) async fn remove_stay(&self, user: UserId, room: RoomId) -> Result<bool, Error> {
        let actions = vec![
            self.delete_membership(user, room)?,
            self.count_room_down(user, room)?,
            self.check_no_member(room, user)?,
        ];
        Ok(self.transact("removing a membership without a room", actions).await?.is_ok())
    }

    fn check_no_member(&self, room: RoomId, user: UserId) -> Result<TransactWriteItem, Error> {
        check(
            ConditionCheck::builder()
                .table_name(&self.tables.rooms)
                .set_key(Some(rooms::key(room)))
                .condition_expression("NOT contains(members, :user)")
                .expression_attribute_values(":user", n(user.get()))
                .build(),
        )
    }
}

/// The assignments of a write that takes a member out of a room.
fn fewer() -> String {
    let numbers = takes_numbers(":one");
    format!("SET members_count = if_not_exists(members_count, :before) - :one, {numbers}, updated_at = :now")
}

/// Removes a member who is not the owner, under further conditions.
fn leave_as_member(leave: UpdateBuilder, conditions: &[String]) -> UpdateBuilder {
    let mut all = vec!["contains(members, :user)".to_owned(), format!("NOT {}", is_owner(":user"))];
    all.extend_from_slice(conditions);
    leave
        .update_expression(format!("{} DELETE members :users, admins :users REMOVE sent.#user, #own", fewer()))
        .condition_expression(all.join(" AND "))
}

/// Removes an owner, and puts the heir in their place, if neither the owner nor the admins have changed.
fn with_heir(leave: UpdateBuilder, room: &Room, heir: Option<UserId>) -> UpdateBuilder {
    let is_owner = format!("contains(members, :user) AND {}", is_owner(":user"));
    let Some(heir) = heir else {
        return leave
            .update_expression(format!("{} DELETE members :users REMOVE sent.#user, #own", fewer()))
            .condition_expression(format!("{is_owner} AND size(members) = :one"));
    };
    let leave = leave
        .update_expression(format!(
            "{}, #owner = :heir DELETE members :users, admins :heirs REMOVE sent.#user, #own",
            fewer()
        ))
        .condition_expression(format!("{is_owner} AND {} AND contains(members, :heir)", same_admins(room)))
        .expression_attribute_values(":heir", n(heir.get()))
        .expression_attribute_values(":heirs", ns(heir.get()));
    if room.admins.is_empty() {
        return leave;
    }
    leave.expression_attribute_values(":same_admins", id_set(&room.admins))
}
