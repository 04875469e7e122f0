//! Removing what a room does not need: the paces that have passed and, in a large room, the sequences of its members'
//! own last messages, which move to their memberships. So the item of a room does not grow with the number of members
//! who have written.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use domain::{Error, MessageId, Room, RoomId, Timestamp, UserId};
use futures_util::future::try_join_all;

use crate::{
    Item, Store,
    error::refusal,
    n, number,
    pacing::pace,
    rooms::{key, own},
};

/// The number of members with leftovers from which on they are removed. At less, the removals would cost more than
/// the turns save.
const SWEEP_FROM: usize = 16;
/// The most members of one removal, because an expression has at most 300 operators (Amazon DynamoDB Developer Guide,
/// "Quotas").
const SWEEP_AT_ONCE: usize = 64;

/// The attributes of a room that it does not need.
#[derive(Clone, Debug)]
pub struct Stale(Vec<Leftover>);

/// The attributes that a member has left in a room.
#[derive(Clone, Copy, Debug)]
struct Leftover {
    member: UserId,
    /// The time at which they could send a whole burst again, if the room has it.
    full_at: Option<u64>,
    /// The sequence of their last message, and its id if the room has it, if these move to their membership.
    sent: Option<(u64, Option<MessageId>)>,
}

/// The paces in the item of a room.
pub(crate) fn paces(room: &Item) -> Result<BTreeMap<UserId, u64>, Error> {
    let of_members = room.iter().filter_map(|(name, value)| Some((name.strip_prefix("pace ")?.parse().ok()?, value)));
    of_members.map(|(member, value)| Ok((member, number(value.clone())?))).collect()
}

impl Stale {
    /// The attributes that a room does not need at `now`, except those of a sender. None if they are few.
    pub(crate) fn of(room: &Room, paces: &BTreeMap<UserId, u64>, sender: UserId, now: Timestamp) -> Self {
        let sent = |member: UserId| {
            let sequence = room.sent.get(&member).filter(|_| !room.is_small())?;
            Some((*sequence, room.sent_ids.get(&member).copied()))
        };
        let members: BTreeSet<UserId> = paces.keys().chain(room.sent.keys()).copied().collect();
        let leftovers = members.into_iter().filter(|&member| member != sender).map(|member| Leftover {
            member,
            full_at: paces.get(&member).copied(),
            sent: sent(member),
        });
        let has_passed = |leftover: &Leftover| leftover.full_at.is_none_or(|full_at| full_at <= now.millis());
        let mut found: Vec<_> = leftovers
            .filter(|leftover| has_passed(leftover) && (leftover.full_at.is_some() || leftover.sent.is_some()))
            .collect();
        if found.len() < SWEEP_FROM {
            found.clear();
        }
        found.truncate(SWEEP_AT_ONCE);
        Self(found)
    }
}

impl Store {
    /// Removes attributes that a room does not need, unless one of the members has written meanwhile: the next turn
    /// finds them again.
    pub async fn sweep(&self, room: RoomId, Stale(leftovers): &Stale) -> Result<(), Error> {
        if leftovers.is_empty() {
            return Ok(());
        }
        let moves = leftovers.iter().filter_map(|leftover| Some((leftover.member, leftover.sent?)));
        try_join_all(moves.map(|(member, sent)| self.note_sent(member, room, sent))).await?;
        match removal(self.client.update_item().table_name(&self.tables.rooms), room, leftovers).send().await {
            Ok(_) => Ok(()),
            Err(error) => refusal("sweeping a room", error).map(drop),
        }
    }
}

fn removal(update: UpdateItemFluentBuilder, room: RoomId, leftovers: &[Leftover]) -> UpdateItemFluentBuilder {
    let (mut removed, mut conditions) = (Vec::new(), Vec::new());
    let mut update = update.set_key(Some(key(room)));
    for (i, leftover) in leftovers.iter().enumerate() {
        update = update.expression_attribute_names(format!("#pace{i}"), pace(leftover.member));
        if let Some(full_at) = leftover.full_at {
            removed.push(format!("#pace{i}"));
            conditions.push(format!("#pace{i} = :pace{i}"));
            update = update.expression_attribute_values(format!(":pace{i}"), n(full_at));
        } else {
            conditions.push(format!("attribute_not_exists(#pace{i})"));
        }
        if leftover.sent.is_some() {
            removed.extend([format!("sent.#sent{i}"), format!("#own{i}")]);
            update = update
                .expression_attribute_names(format!("#sent{i}"), leftover.member.to_string())
                .expression_attribute_names(format!("#own{i}"), own(leftover.member));
        }
    }
    update.update_expression(format!("REMOVE {}", removed.join(", "))).condition_expression(conditions.join(" AND "))
}

#[cfg(test)]
mod tests {
    use domain::RoomKind;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn user(id: u64) -> UserId {
        UserId::try_from(id).unwrap()
    }

    /// The leftovers in a room of so many members, all of whom have written, and so many of whom must wait.
    fn found(members: u64, waiting: u64) -> Vec<Leftover> {
        let room = Room {
            members: (1..=members).map(user).collect(),
            sent: (1..=members).map(|id| (user(id), id)).collect(),
            ..Room::new(RoomId::try_from(1).unwrap(), RoomKind::Chat, user(1), NOW)
        };
        let full_at = |id| NOW.millis() + u64::from(id <= waiting);
        let paces = (1..=members).map(|id| (user(id), full_at(id))).collect();
        Stale::of(&room, &paces, user(members), NOW).0
    }

    #[test]
    fn a_few_leftovers_stay() {
        assert_eq!([found(16, 0).len(), found(17, 0).len(), found(17, 1).len()], [0, 16, 0]);
    }

    #[test]
    fn in_a_small_room_the_sequences_stay() {
        assert!(found(32, 0).iter().all(|leftover| leftover.sent.is_none()));
        assert!(found(33, 0).iter().all(|leftover| leftover.sent == Some((leftover.member.get(), None))));
    }

    #[test]
    fn what_is_removed_at_once_fits_an_expression() {
        assert_eq!(found(1024, 0).len(), 64);
    }
}
