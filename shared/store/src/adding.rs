//! Members who bring others into a room: those who allow it become members, the others are invited. One transaction
//! acts on many people, because transactions on the same room at the same time would cancel each other.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
};

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use domain::{Action, Error, Refusal, Room, RoomKind, UserId};

use crate::{
    Invitation, Membership, Store, id_set, n,
    rooms::{self, is_admin, takes_numbers},
    s,
    transaction::{Cancelled, MAX_ACTIONS, check, update},
};

/// The outcome for each of the people whom one call adds or invites.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// They were added, or invited, by this call.
    pub done: BTreeSet<UserId>,
    /// They are members already.
    pub members: BTreeSet<UserId>,
    /// They were refused.
    pub refused: BTreeMap<UserId, Refusal>,
}

/// The actions for each person: the membership, the count, the ban, the invitation.
const ACTIONS_PER_MEMBER: usize = 4;
/// The actions for each person: the ban, the invitation.
const ACTIONS_PER_GUEST: usize = 2;

/// The most people that one call adds.
pub const MOST_ADDED: usize = (MAX_ACTIONS - 1) / ACTIONS_PER_MEMBER;
/// The most people that one call invites.
pub const MOST_INVITED: usize = (MAX_ACTIONS - 1) / ACTIONS_PER_GUEST;

const MOST_ATTEMPTS: u32 = 5;
const ROOM: usize = 0;

impl Store {
    /// Adds at most [`MOST_ADDED`] people to a room, which was read as `room`, and removes their invitations.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAnAdmin` if `by` may add nobody, or not any more.
    pub async fn add(&self, room: &Room, by: UserId, mut people: Vec<Membership>) -> Result<Outcomes, Error> {
        const DOING: &str = "adding people to a room";
        let (mut outcomes, mut seen) = (Outcomes::default(), room.clone());
        for _ in 0..MOST_ATTEMPTS {
            people.retain(|person| !outcomes.has_member(&seen, person.user_id));
            // Those who are refused leave their places to the others.
            let free = seen.max_members.saturating_sub(seen.members.len()).min(people.len());
            let mut rest = people.split_off(free);
            if people.is_empty() {
                outcomes.refused.extend(rest.into_iter().map(|person| (person.user_id, Refusal::RoomFull)));
                return Ok(outcomes);
            }
            let actions = self.adding(&seen, by, &people)?;
            let Err(cancelled) = self.transact(DOING, actions).await? else {
                outcomes.done.extend(people.iter().map(|person| person.user_id));
                outcomes.refused.extend(rest.into_iter().map(|person| (person.user_id, Refusal::RoomFull)));
                return Ok(outcomes);
            };
            if cancelled.failed(ROOM) {
                seen = room_to_add_to(&cancelled, by)?;
            }
            for (person, first) in people.iter().zip((1..).step_by(ACTIONS_PER_MEMBER)) {
                let user = person.user_id;
                if seen.members.contains(&user) {
                    continue; // They joined meanwhile, so that the other actions fail too.
                }
                if cancelled.failed(first + 2) {
                    outcomes.refused.insert(user, Refusal::NotAccepted);
                } else if cancelled.failed(first) {
                    self.remove_ghost(user, room.id).await?;
                } else if cancelled.failed(first + 1) {
                    outcomes.refused.insert(user, Refusal::TooManyRooms(vec![user]));
                }
            }
            people.retain(|person| !outcomes.refused.contains_key(&person.user_id));
            people.append(&mut rest);
        }
        Err(Error::Unavailable { doing: DOING, source: "its members come and go".into() })
    }

    /// Invites at most [`MOST_INVITED`] people to a room, in place of earlier invitations. For those in `blocked` it
    /// writes nothing, and has the same outcome.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAnAdmin` if `by` may add nobody, or not any more.
    pub async fn invite(
        &self,
        room: &Room,
        by: UserId,
        mut guests: Vec<Invitation>,
        blocked: &BTreeSet<UserId>,
    ) -> Result<Outcomes, Error> {
        const DOING: &str = "inviting people";
        let (mut outcomes, mut seen) = (Outcomes::default(), room.clone());
        for _ in 0..MOST_ATTEMPTS {
            guests.retain(|guest| !outcomes.has_member(&seen, guest.user));
            if guests.is_empty() {
                return Ok(outcomes);
            }
            let actions = self.inviting(&seen, by, &guests, blocked)?;
            let Err(cancelled) = self.transact(DOING, actions).await? else {
                outcomes.done.extend(guests.iter().map(|guest| guest.user));
                return Ok(outcomes);
            };
            if cancelled.failed(ROOM) {
                seen = room_to_add_to(&cancelled, by)?;
            }
            let banned = guests.iter().zip(1..).filter(|&(_, ban)| cancelled.failed(ban));
            outcomes.refused.extend(banned.map(|(guest, _)| (guest.user, Refusal::NotAccepted)));
            guests.retain(|guest| !outcomes.refused.contains_key(&guest.user));
        }
        Err(Error::Unavailable { doing: DOING, source: "its members come and go".into() })
    }

    fn adding(&self, room: &Room, by: UserId, people: &[Membership]) -> Result<Vec<TransactWriteItem>, Error> {
        let now = people.iter().map(|person| person.joined_at).max().unwrap_or_default();
        let (count, most) = (people.len() as u64, room.max_members as u64);
        let ids: Vec<_> = people.iter().map(|person| person.user_id).collect();
        let (condition, mut values) = may_add(by, &ids);
        values.insert(":users".to_owned(), id_set(&ids));
        for (name, value) in [
            (":before", room.members.len() as u64),
            (":count", count),
            (":zero", 0),
            (":now", now),
            (":free", most.saturating_sub(count)),
        ] {
            values.insert(name.to_owned(), n(value));
        }
        let join = Update::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .update_expression(format!(
                "ADD members :users SET members_count = if_not_exists(members_count, :before) + :count, \
                 {}, updated_at = :now",
                takes_numbers(":count")
            ))
            .condition_expression(format!("{condition} AND size(members) <= :free"))
            .set_expression_attribute_names(Some(names()))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut actions = vec![update(join.build())?];
        for person in people {
            actions.push(self.put_membership(person)?);
            actions.push(self.count_room_up(person.user_id)?);
            actions.push(self.check_no_ban(room.id, person.user_id)?);
            actions.push(self.delete_invitation(person.user_id, room.id)?);
        }
        Ok(actions)
    }

    fn inviting(
        &self,
        room: &Room,
        by: UserId,
        guests: &[Invitation],
        blocked: &BTreeSet<UserId>,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let ids: Vec<_> = guests.iter().map(|guest| guest.user).collect();
        let (condition, values) = may_add(by, &ids);
        let rights = ConditionCheck::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(rooms::key(room.id)))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names()))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut actions = vec![check(rights.build())?];
        for guest in guests {
            actions.push(self.check_no_ban(room.id, guest.user)?);
        }
        for guest in guests.iter().filter(|guest| !blocked.contains(&guest.user)) {
            actions.push(self.put_invitation(guest)?);
        }
        Ok(actions)
    }
}

impl Outcomes {
    /// Whether a room has a user, who is counted among the members then.
    fn has_member(&mut self, room: &Room, user: UserId) -> bool {
        let is_member = room.members.contains(&user);
        if is_member {
            self.members.insert(user);
        }
        is_member
    }
}

/// The condition that a member may add these people, none of whom is a member, with its values.
fn may_add(by: UserId, people: &[UserId]) -> (String, HashMap<String, AttributeValue>) {
    let mut condition = format!(
        "contains(members, :by) AND #type <> :direct AND (NOT contains(only_admins, :add) OR {})",
        is_admin(":by")
    );
    let named = [(":by", n(by.get())), (":direct", s("direct")), (":add", s("add"))];
    let mut values: HashMap<_, _> = named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (place, user) in people.iter().enumerate() {
        let name = format!(":user{place}");
        let _ = write!(condition, " AND NOT contains(members, {name})");
        values.insert(name, n(user.get()));
    }
    (condition, values)
}

fn names() -> HashMap<String, String> {
    [("#owner", "owner"), ("#type", "type")].map(|(name, attribute)| (name.to_owned(), attribute.to_owned())).into()
}

/// The room as it is after its condition has failed, if the member may still add people.
fn room_to_add_to(cancelled: &Cancelled, by: UserId) -> Result<Room, Error> {
    let room = cancelled.item(ROOM).map_or(Ok(None), rooms::room)?;
    let room = room.filter(|room| room.members.contains(&by)).ok_or(Refusal::RoomNotFound)?;
    let may_add = room.kind != RoomKind::Direct && room.allows(by, Action::Add);
    if may_add { Ok(room) } else { Err(Refusal::NotAnAdmin.into()) }
}
