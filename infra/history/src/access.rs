//! Rules about closed rooms: nobody lists, or hears of, a room in which they are not, or messages from before.

use std::collections::BTreeSet;

use crate::{
    Followed, GOES_ON_FOR, Listing, Message, News, Overview, Signal, Stay, Step, Time, Violation, Visit,
    audience::{ended, meets, spans},
    world::World,
};

/// A listed message, or one in a change, is of a room in which the caller may have been during the call, and it was sent
/// when the caller could see the messages of the room. No block has withheld it from the caller.
pub(crate) fn nobody_lists_what_is_hidden(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut check = |user: u64, message: &Message, begun: Time, ended: Time| {
        if !may_see(world, user, message, begun, ended) {
            let what = format!("{message:?} was listed for {user}, from {begun:?} to {ended:?}");
            violations.push(Violation { rule: "nobody_lists_what_is_hidden", what });
        }
    };
    for Listing { user, messages, begun, ended, .. } in &world.history.listings {
        for message in messages {
            check(*user, message, *begun, *ended);
        }
    }
    for (user, messages) in &world.history.everything {
        for message in messages {
            check(*user, message, Time::MAX, Time::MAX);
        }
    }
    for Followed { user, steps, .. } in &world.history.followed {
        for Step { messages, begun, ended, .. } in steps {
            for message in messages {
                check(*user, message, begun.saturating_sub(GOES_ON_FOR), *ended);
            }
        }
    }
    for News { user, message, at, .. } in &world.history.news {
        if let Some(message) = message {
            check(*user, message, at.0.saturating_sub(GOES_ON_FOR), at.1);
        }
    }
    violations
}

/// Only members succeed with a call about a room.
pub(crate) fn nobody_visits_a_foreign_room(world: &World<'_>) -> Vec<Violation> {
    let foreign =
        world.history.visits.iter().filter(|visit| !world.may_be_in(visit.user, visit.room, visit.begun, visit.ended));
    let violation = |Visit { user, room, call, begun, ended }: &Visit| Violation {
        rule: "nobody_visits_a_foreign_room",
        what: format!("{call} has shown room {room} to {user}, from {begun:?} to {ended:?}"),
    };
    foreign.map(violation).collect()
}

/// A list of rooms has the rooms in which the caller was during the call, and no room in which they were not. A direct
/// room may be missing: it is listed with its first message. Rooms that no client knows are left out: a failed try may
/// have created them.
pub(crate) fn a_user_lists_their_own_rooms(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let rooms: BTreeSet<u64> = world.history.stays.iter().map(|stay| stay.room).collect();
    for Overview { user, rooms: listed, begun, ended } in &world.history.overviews {
        let listed: BTreeSet<u64> = listed.iter().map(|room| room.room).collect();
        let foreign =
            rooms.iter().filter(|room| listed.contains(room) && !world.may_be_in(*user, **room, *begun, *ended));
        let is_in = |room: u64| world.stays(*user, room).iter().any(|stay| spans(stay, *begun, *ended));
        let missing = rooms
            .iter()
            .filter(|room| !listed.contains(room) && !world.history.directs.contains_key(room) && is_in(**room));
        let (foreign, missing): (Vec<_>, Vec<_>) = (foreign.collect(), missing.collect());
        if !foreign.is_empty() || !missing.is_empty() {
            let what = format!(
                "the rooms of {user}, from {begun:?} to {ended:?}, have the foreign {foreign:?} and not their {missing:?}"
            );
            violations.push(Violation { rule: "a_user_lists_their_own_rooms", what });
        }
    }
    violations
}

/// Events about a room reach its members, and those who have just left it. In a direct room that a block closes, nobody
/// hears the other one type or read.
pub(crate) fn nobody_hears_of_a_foreign_room(world: &World<'_>) -> Vec<Violation> {
    let known: BTreeSet<u64> = world.history.stays.iter().map(|stay| stay.room).collect();
    let foreign = world.history.signals.iter().filter(|signal| {
        // A function may push until its event has to be over.
        let (begun, ended) = (signal.at.0.saturating_sub(GOES_ON_FOR), signal.at.1);
        let may_be_in = world.may_be_in(signal.user, signal.room, begun, ended);
        let is_own = signal.by == signal.user;
        known.contains(&signal.room) && (!may_be_in || !is_own && world.is_closed(signal.room, begun, ended))
    });
    let violation = |Signal { user, by, room, kind, at: (begun, ended) }: &Signal| Violation {
        rule: "nobody_hears_of_a_foreign_room",
        what: format!("{user} has heard of {by}'s {kind} in room {room}, from {begun:?} to {ended:?}"),
    };
    foreign.map(violation).collect()
}

/// Whether a user may see a message in an answer to a call of this time.
pub(crate) fn may_see(world: &World<'_>, user: u64, message: &Message, begun: Time, ended: Time) -> bool {
    let is_withheld = message.sender != user && world.is_withheld(message);
    let mut stays = world.stays(user, message.room).iter();
    !is_withheld && stays.any(|stay| meets(stay, begun, ended) && may_be_visible(world, stay, message))
}

/// Whether a message may be missing in a list of this time, although it is stored: it may be hidden from the user, or the
/// user may have deleted it for themselves.
pub(crate) fn may_be_hidden(world: &World<'_>, user: u64, message: &Message, begun: Time, ended: Time) -> bool {
    world.may_hide(user, message.key(), ended) || may_be_out_of_sight(world, user, message, begun, ended)
}

/// Whether a user may not see a message during a call of this time: it was sent before they came, or behind a block.
pub(crate) fn may_be_out_of_sight(world: &World<'_>, user: u64, message: &Message, begun: Time, ended: Time) -> bool {
    let may_be_withheld = message.sender != user && world.may_be_withheld(message);
    let sent = world.send(message).map(|send| send.begun);
    let is_visible = |stay: &Stay| sent.is_none_or(|sent| sent >= stay.sees.from.1);
    let mut stays = world.stays(user, message.room).iter();
    may_be_withheld || stays.any(|stay| meets(stay, begun, ended) && !is_visible(stay))
}

/// Whether a message may have been sent when the member could see it, or is among those that they were given.
fn may_be_visible(world: &World<'_>, stay: &Stay, message: &Message) -> bool {
    // `what_is_stored_was_sent` finds messages that no client sent.
    let Some(send) = world.send(message) else { return true };
    let (given, at) = stay.sees.given;
    ended(send, message) >= stay.sees.from.0 || world.stored_by(message.room, message.id, at) < given
}
