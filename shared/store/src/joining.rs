//! Joining a room. The conditions of one transaction decide whether a way into the room is open, so that no ban,
//! reset code or last free place is missed however many act at once.

use aws_sdk_dynamodb::types::{
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, builders::UpdateBuilder,
};
use domain::{Access, Error, Refusal, Room, RoomKind, Timestamp, UserId};

use crate::{Membership, Store, n, ns, rooms, s, transaction::update};

/// A way into a room.
#[derive(Clone, Debug)]
pub enum Way {
    /// By its number, if the room is open.
    Number,
    /// By an invite code of this hash.
    Code(String),
    /// By an invitation that has not expired.
    Invitation,
}

impl Way {
    /// The condition on the room under which the way is open.
    const fn condition(&self) -> &'static str {
        match self {
            Self::Number => "(access = :open OR attribute_not_exists(access) AND #type = :group)",
            Self::Code(_) => "invite = :hash",
            Self::Invitation => "attribute_exists(id)",
        }
    }

    /// Adds the values of the condition.
    fn with_values(&self, update: UpdateBuilder) -> UpdateBuilder {
        match self {
            Self::Number => {
                update.expression_attribute_values(":open", s("open")).expression_attribute_values(":group", s("group"))
            }
            Self::Code(hash) => update.expression_attribute_values(":hash", s(hash)),
            Self::Invitation => update,
        }
    }

    /// The refusal for everybody to whom the way is not open, as for a room that does not exist.
    #[must_use]
    pub const fn closed(&self) -> Refusal {
        match self {
            Self::Code(_) | Self::Invitation => Refusal::InviteInvalid,
            Self::Number => Refusal::RoomNotFound,
        }
    }

    /// The refusal if a room does not let somebody in by this way, or nothing if it does.
    #[must_use]
    pub fn refusal(&self, room: &Room) -> Option<Refusal> {
        match self {
            _ if room.kind == RoomKind::Direct => Some(self.closed()),
            Self::Number => (room.access != Access::Open).then_some(Refusal::RoomNotFound),
            Self::Code(hash) => (room.invite.as_ref() != Some(hash)).then_some(Refusal::InviteInvalid),
            Self::Invitation => None,
        }
    }
}

/// The places of the actions in the transaction.
const ROOM: usize = 0;
const MEMBERSHIP: usize = 1;
const COUNT: usize = 2;
const BAN: usize = 3;
const INVITATION: usize = 4;

const DOING: &str = "joining a room";

impl Store {
    /// Brings a user into a room, which was read as `room`, and removes their invitation, if they are `invited`.
    /// `false` if they are in it already.
    ///
    /// # Errors
    /// `RoomNotFound`, or `InviteInvalid` for a code or an invitation, if the way is not open, for any reason.
    /// `RoomFull`, `TooManyRooms`.
    pub async fn join(&self, room: &Room, membership: &Membership, way: &Way, invited: bool) -> Result<bool, Error> {
        const MOST_ATTEMPTS: u32 = 3;
        let user = membership.user_id;
        let mut empty = room.members.is_empty();
        for _ in 0..MOST_ATTEMPTS {
            let actions = self.joining(room, membership, way, invited, empty)?;
            let Err(cancelled) = self.transact(DOING, actions).await? else { return Ok(true) };
            if cancelled.failed(ROOM) {
                let there = cancelled.item(ROOM).map_or(Ok(None), rooms::room)?.ok_or_else(|| way.closed())?;
                if there.members.contains(&user) {
                    return Ok(false);
                }
                if let Some(refusal) = way.refusal(&there).filter(|_| !cancelled.failed(BAN)) {
                    return Err(refusal.into());
                }
                if !cancelled.failed(BAN) && there.members.len() >= there.max_members {
                    return Err(Refusal::RoomFull.into());
                }
                empty = there.members.is_empty();
            }
            if cancelled.failed(BAN) || cancelled.failed(INVITATION) {
                return Err(way.closed().into());
            }
            if cancelled.failed(MEMBERSHIP) {
                self.remove_ghost(user, room.id).await?;
            } else if cancelled.failed(COUNT) {
                return Err(Refusal::TooManyRooms(vec![user]).into());
            }
        }
        Err(Error::Unavailable { doing: DOING, source: "its members come and go".into() })
    }

    fn joining(
        &self,
        room: &Room,
        membership: &Membership,
        way: &Way,
        invited: bool,
        empty: bool,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let (user, now) = (membership.user_id, Timestamp::from_millis(membership.joined_at));
        let mut actions = vec![
            self.add_member(room, user, now, way, empty)?,
            self.put_membership(membership)?,
            self.count_room_up(user)?,
            self.check_no_ban(room.id, user)?,
        ];
        match way {
            Way::Invitation => actions.push(self.accept_invitation(user, room.id, now)?),
            Way::Number | Way::Code(_) if invited => actions.push(self.delete_invitation(user, room.id)?),
            Way::Number | Way::Code(_) => {}
        }
        Ok(actions)
    }

    /// The write that adds a member to a room, who becomes its owner if the room is empty.
    fn add_member(
        &self,
        room: &Room,
        user: UserId,
        now: Timestamp,
        way: &Way,
        empty: bool,
    ) -> Result<TransactWriteItem, Error> {
        let (owner, free) = if empty {
            (", #owner = :user", "attribute_not_exists(members)")
        } else {
            ("", "size(members) < max_members")
        };
        let join = Update::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(format!(
                "ADD members :users SET members_count = if_not_exists(members_count, :before) + :one, \
                 {}, updated_at = :now{owner}",
                rooms::takes_numbers(":one")
            ))
            .condition_expression(format!(
                "attribute_exists(id) AND attribute_not_exists(deleted_at) AND #type <> :direct \
                 AND NOT contains(members, :user) AND {free} AND {}",
                way.condition()
            ))
            .expression_attribute_names("#type", "type")
            .expression_attribute_values(":direct", s("direct"))
            .expression_attribute_values(":user", n(user.get()))
            .expression_attribute_values(":users", ns(user.get()))
            .expression_attribute_values(":before", n(room.members.len() as u64))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":now", n(now.millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let join = if empty { join.expression_attribute_names("#owner", "owner") } else { join };
        update(way.with_values(join).build())
    }
}
