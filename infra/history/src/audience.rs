//! Rules about the audience of a message.

use std::{collections::BTreeSet, time::Duration};

use crate::{Message, Outcome, Role, Scope, Sent, Stay, Time, Violation, forwards::may_lack_its_message, world::World};

/// The longest time for which an event may still be served after its client has given up: it waits ten seconds at most
/// for an instance, and its message is stored within five seconds or never.
pub const GOES_ON_FOR: Duration = Duration::from_secs(15);
/// The longest time between two deliveries of one event.
pub const TWICE_WITHIN: Duration = Duration::from_secs(5);

/// "`receivers`: everyone who was in the room when it was sent, less the sender": no other user gets the message by
/// push or in `list-messages`, and no socket for another room gets it.
pub(crate) fn only_the_audience_is_told(world: &World<'_>) -> Vec<Violation> {
    let rule = "only_the_audience_is_told";
    let history = world.history;
    let pushed = history.pushes.iter().filter_map(|push| {
        let bound = push.bound.is_none_or(|room| room == push.message.room);
        let told = push.message.concerns(push.user) && bound;
        let what = format!("{:?} was pushed to {} on a socket for {:?}", push.message, push.user, push.bound);
        (!told).then_some(Violation { rule, what })
    });
    let of_all_rooms = history.listings.iter().filter(|listing| listing.scope == Scope::All);
    let listed = of_all_rooms.flat_map(|listing| {
        let leaked = listing.messages.iter().filter(|message| !message.concerns(listing.user));
        leaked.map(|message| Violation { rule, what: format!("{message:?} was listed for {}", listing.user) })
    });
    pushed.chain(listed).collect()
}

/// The receivers agree with the stays: each was in the room at some time while the message was being sent, and each
/// user that was in it all that time is a receiver. A user that joined or left meanwhile may be a receiver or not.
pub(crate) fn the_audience_is_who_was_there(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut people: BTreeSet<(u64, u64)> = BTreeSet::new();
    people.extend(world.history.stays.iter().map(|stay| (stay.room, stay.user)));
    for message in world.rooms.values().flat_map(|messages| messages.iter()) {
        // `what_is_stored_was_sent` finds messages that no client sent.
        let Some(send) = world.send(message) else { continue };
        let members = people.range((message.room, 0)..=(message.room, u64::MAX));
        let left_out = members.map(|(_, user)| *user).filter(|user| !message.concerns(*user));
        let (begun, ended) = (send.begun, ended(send, message));
        let there = |user, is: fn(&Stay, Time, Time) -> bool| {
            world.stays(user, message.room).iter().any(|stay| is(stay, begun, ended))
        };
        let left_out = left_out.filter(|user| there(*user, spans));
        violations.extend(left_out.map(|user| violation(world, message, user, "was there, and is left out")));
        let told = message.receivers.iter().copied().chain([message.sender]);
        let strangers = told.filter(|user| !there(*user, meets));
        violations.extend(strangers.map(|user| violation(world, message, user, "was not there, and is in it")));
    }
    violations
}

fn violation(world: &World<'_>, message: &Message, user: u64, why: &str) -> Violation {
    let (send, stays) = (world.send(message), world.stays(user, message.room));
    let what = format!("{user} {why}: {message:?}; the message was {send:?}, and their stays {stays:?}");
    Violation { rule: "the_audience_is_who_was_there", what }
}

/// A sender is not refused while in the room, unless only admins may send and the sender may be none, or the message
/// that they answer or forward may be gone.
pub(crate) fn no_member_is_refused(world: &World<'_>) -> Vec<Violation> {
    let refused = world.history.sends.iter().filter(|send| matches!(send.outcome, Outcome::Refused));
    let members = refused.filter(|send| {
        let mut stays = world.stays(send.sender, send.room).iter();
        let may_be_silent = world.silences.may_be(send.room, true, send.begun, send.ended)
            && world.roles.may_be((send.room, send.sender), Role::Member, send.begun, send.ended);
        stays.any(|stay| spans(stay, send.begun, send.ended)) && !may_be_silent && !may_lack_its_message(world, send)
    });
    let violation = |send: &Sent| Violation {
        rule: "no_member_is_refused",
        what: format!("{} was in room {}, and was refused {:?}", send.sender, send.room, send.text),
    };
    members.map(violation).collect()
}

/// Whether a sender joined or left, or the right to send changed, while they sent or so soon afterwards that it matters
/// to a second delivery.
pub(crate) fn was_coming_or_going(world: &World<'_>, send: &Sent) -> bool {
    was_coming_or_going_between(world, send.sender, send.room, send.begun, send.ended + TWICE_WITHIN)
}

/// Whether a user joined or left a room, or their right to send changed, in this time.
pub(crate) fn was_coming_or_going_between(world: &World<'_>, user: u64, room: u64, begun: Time, ended: Time) -> bool {
    let overlaps = |(earliest, latest): (Time, Time)| earliest <= ended && latest >= begun;
    let mut stays = world.stays(user, room).iter();
    world.silences.may_change(room, begun, ended)
        || world.roles.may_change((room, user), begun, ended)
        || stays.any(|stay| overlaps(stay.since) || stay.until.is_some_and(overlaps))
}

/// The latest time at which a message may have been given its turn. A message other than the acknowledged one is its
/// double: without a `client_id`, an event that is delivered twice makes two messages.
pub(crate) fn ended(send: &Sent, message: &Message) -> Time {
    match &send.outcome {
        Outcome::Acknowledged(acknowledged) if acknowledged.id == message.id => send.ended,
        Outcome::Acknowledged(_) | Outcome::Refused | Outcome::Unknown => send.ended + GOES_ON_FOR,
    }
}

/// Whether a user was in the room all this time.
pub(crate) fn spans(stay: &Stay, begun: Time, ended: Time) -> bool {
    stay.since.1 <= begun && stay.until.is_none_or(|(earliest, _)| earliest >= ended)
}

/// Whether a user may have been in the room at any moment of this time.
pub(crate) fn meets(stay: &Stay, begun: Time, ended: Time) -> bool {
    stay.since.0 <= ended && stay.until.is_none_or(|(_, latest)| latest >= begun)
}
