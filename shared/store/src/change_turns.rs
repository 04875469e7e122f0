//! Turns of changes: the numbers that changes of messages take in a room.
//!
//! Like a turn of a message, one conditional write checks the rights of the member, holds member and room to their
//! paces, gives the number and returns the audience.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::{ChangeKind, Error, PushPace, Refusal, Role, Room, RoomId, Timestamp, UserId};

use crate::{
    Item, Store,
    error::refusal,
    n,
    pacing::Form,
    rooms::{is_admin, key, room},
    s,
    sweep::{Stale, paces},
    turns::{may_write, taken, writes},
};

const DOING: &str = "taking a number for a change";

/// The right that a change needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To be a member.
    Member,
    /// To write, and to mention all members if `to_all`.
    Send {
        /// Whether the message mentions all members.
        to_all: bool,
    },
    /// To be an admin or the owner. A direct room has none.
    Admin,
}

/// The number that a room has given to a change of a message.
#[derive(Clone, Debug)]
pub struct ChangeTurn {
    /// The number.
    pub number: u64,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The member who makes it.
    pub user: UserId,
    /// The time.
    pub at: Timestamp,
    /// The room as it was before.
    pub room: Room,
    /// What [`Store::sweep`] may remove from the room.
    pub stale: Stale,
}

impl Right {
    /// The condition. It needs the value `:member`, the name `#owner`, and those of [`Form`].
    fn condition(self) -> String {
        match self {
            Self::Member => "contains(members, :member)".to_owned(),
            Self::Send { to_all } => writes(":member", to_all),
            Self::Admin => {
                let is_admin = is_admin(":member");
                format!("contains(members, :member) AND #type <> :direct AND {is_admin}")
            }
        }
    }

    fn check(self, room: &Room, member: UserId) -> Result<(), Refusal> {
        match self {
            Self::Send { to_all } => may_write(room, member, to_all),
            _ if !room.members.contains(&member) => Err(room.refuses_strangers()),
            Self::Admin if room.role(member) < Role::Admin => Err(Refusal::NotAnAdmin),
            Self::Member | Self::Admin => Ok(()),
        }
    }
}

impl Store {
    /// Takes the next number of a room for a change of a message. The write fails for everybody without the right.
    /// A member who is ahead of their pace, or a room that has just pushed, takes a second write. A room is not charged
    /// for a quiet change.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `NotAnAdmin`, `RateLimited`, `RoomBusy`.
    pub async fn take_change(
        &self,
        id: RoomId,
        member: UserId,
        kind: ChangeKind,
        right: Right,
        pushes: PushPace,
        now: Timestamp,
    ) -> Result<ChangeTurn, Error> {
        const MOST_WRITES: u32 = 4;
        let mut form = if kind.is_quiet() { Form::QUIET } else { Form::FIRST };
        for _ in 0..MOST_WRITES {
            let mut turn = self
                .client
                .update_item()
                .table_name(&self.tables.rooms)
                .set_key(Some(key(id)))
                .update_expression(format!(
                    "SET changes = if_not_exists(changes, :zero) + :one, \
                     last_change = if_not_exists(changes, :zero) + :one, last_change_at = :now, {}",
                    form.assignments()
                ))
                .condition_expression(format!("{} AND {}", right.condition(), form.conditions()))
                .expression_attribute_values(":member", n(member.get()))
                .expression_attribute_values(":zero", n(0))
                .expression_attribute_values(":one", n(1))
                .return_values(ReturnValue::AllOld)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            if right != Right::Member {
                turn = turn.expression_attribute_names("#owner", "owner");
            }
            turn = match right {
                Right::Member => turn,
                Right::Send { .. } => turn.expression_attribute_values(":send", s("send")),
                Right::Admin => {
                    turn.expression_attribute_names("#type", "type").expression_attribute_values(":direct", s("direct"))
                }
            };
            let (before, paced) = match form.with_values(turn, member, pushes, now).send().await {
                Ok(updated) => return ChangeTurn::after(updated.attributes.unwrap_or_default(), member, kind, now),
                Err(error) => taken(refusal(DOING, error)?, member, pushes)?,
            };
            right.check(&before, member)?;
            form = form.after(&paced, pushes, now)?;
        }
        Err(Error::Unavailable { doing: DOING, source: "the member comes and goes".into() })
    }
}

impl ChangeTurn {
    fn after(before: Item, user: UserId, kind: ChangeKind, at: Timestamp) -> Result<Self, Error> {
        let paces = paces(&before)?;
        let room = room(before)?.ok_or_else(|| Error::internal(DOING, "a deleted room has members"))?;
        let stale = Stale::of(&room, &paces, user, at);
        Ok(Self { number: room.changes + 1, kind, user, at, room, stale })
    }
}
