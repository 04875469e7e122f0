//! Rules about the owner and the admins of a room.

use std::collections::BTreeSet;

use crate::{
    Change, Overview, Role, RoomSeen, Violation,
    audience::{ended, spans},
    world::World,
};

/// A room has one owner. The owner and the admins are members, and the members are the users who are there.
pub(crate) fn a_room_has_one_owner(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let people: BTreeSet<(u64, u64)> = world.history.stays.iter().map(|stay| (stay.room, stay.user)).collect();
    for (Overview { user, begun, ended, .. }, room) in rooms(world) {
        let RoomSeen { room: id, members, owner, admins, .. } = room;
        let members: BTreeSet<u64> = members.iter().copied().collect();
        let is_led = owner.is_some_and(|owner| members.contains(&owner) && !admins.contains(&owner))
            && admins.iter().all(|admin| members.contains(admin));
        let foreign = members.iter().filter(|member| !world.may_be_in(**member, *id, *begun, *ended));
        let known = people.range((*id, 0)..=(*id, u64::MAX)).map(|(_, user)| user);
        let missing = known.filter(|member| {
            !members.contains(member) && world.stays(**member, *id).iter().any(|stay| spans(stay, *begun, *ended))
        });
        let (foreign, missing): (Vec<_>, Vec<_>) = (foreign.collect(), missing.collect());
        if !is_led || !foreign.is_empty() || !missing.is_empty() {
            let what = format!("{user} was shown {room:?}: foreign {foreign:?}, missing {missing:?}");
            violations.push(Violation { rule: "a_room_has_one_owner", what });
        }
    }
    violations
}

/// Each member has a role that they were given last, or one that a call may have given them meanwhile.
pub(crate) fn a_role_was_given(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (Overview { user, begun, ended, .. }, room) in rooms(world) {
        let mut members = room.members.iter();
        violations.extend(members.by_ref().filter_map(|member| {
            let role = room.role(*member);
            let may_be = world.roles.may_be((room.room, *member), role, *begun, *ended);
            let what =
                format!("{user} was shown {room:?} from {begun:?} to {ended:?}, in which {member} is not {role:?}");
            (!may_be).then_some(Violation { rule: "a_role_was_given", what })
        }));
    }
    violations
}

/// While only admins may send, no message of a plain member is stored. Only admins change roles and settings.
pub(crate) fn only_admins_act_as_admins(world: &World<'_>) -> Vec<Violation> {
    let rule = "only_admins_act_as_admins";
    let is_plain = |room, user, begun, ended| world.roles.surely_is((room, user), Role::Member, begun, ended);
    let messages = world.rooms.iter().filter(|(room, _)| !world.history.directs.contains_key(room));
    let messages = messages.flat_map(|(_, messages)| messages).filter(|message| {
        world.send(message).is_some_and(|send| {
            let (begun, ended) = (send.begun, ended(send, message));
            world.silences.surely_is(message.room, true, begun, ended)
                && is_plain(message.room, message.sender, begun, ended)
        })
    });
    let messages = messages.map(|message| Violation { rule, what: format!("a plain member has sent {message:?}") });
    let is_by_plain = |Change { of: (room, _), by, begun, ended, .. }: &Change<(u64, u64), Role>| {
        let before = world.roles.possible((*room, *by), *begun, *ended);
        // The call itself may have made its caller an admin.
        let mut before = before.filter(|other| (other.by, other.begun) != (*by, *begun)).peekable();
        before.peek().is_some() && before.all(|change| change.value == Role::Member)
    };
    let roles = world.history.roles.iter().filter(|change| change.is_sure && is_by_plain(change));
    let roles = roles.map(|change| Violation { rule, what: format!("a plain member has set {change:?}") });
    let silences = world
        .history
        .silences
        .iter()
        .filter(|change| change.is_sure && is_plain(change.of, change.by, change.begun, change.ended));
    let silences = silences.map(|change| Violation { rule, what: format!("a plain member has silenced {change:?}") });
    messages.chain(roles).chain(silences).collect()
}

/// The rooms with roles of all overviews. Rooms that no client knows are left out.
fn rooms<'a>(world: &'a World<'_>) -> impl Iterator<Item = (&'a Overview, &'a RoomSeen)> {
    let known: BTreeSet<u64> = world.history.stays.iter().map(|stay| stay.room).collect();
    let is_known = move |room: &RoomSeen| known.contains(&room.room) && !world.history.directs.contains_key(&room.room);
    world.history.overviews.iter().flat_map(move |overview| {
        let rooms: Vec<_> = overview.rooms.iter().filter(|room| is_known(room)).collect();
        rooms.into_iter().map(move |room| (overview, room))
    })
}
