//! Who gets what.

use std::{collections::BTreeSet, time::Duration};

use crate::{Message, Outcome, Scope, Sent, Stay, Time, Violation, world::World};

/// How long something that nobody waits for any more may go on: an event waits for an instance for ten seconds at most, and its
/// message is stored within five, or never.
pub const GOES_ON_FOR: Duration = Duration::from_secs(15);
/// How much later the second of two deliveries of an event may be served than the first.
const TWICE_WITHIN: Duration = Duration::from_secs(5);

/// "`receivers`: everyone who was in the room when it was sent, less the sender": nobody else is pushed the message, on no
/// socket for another room, nor has it among the messages "sent or received by the caller".
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

/// The same, held against who was there: nobody is among the receivers who was not in the room while the message was being
/// sent, and nobody is left out who was in it all the while. What is concurrent may go either way.
pub(crate) fn the_audience_is_who_was_there(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut people: BTreeSet<(u64, u64)> = BTreeSet::new();
    people.extend(world.history.stays.iter().map(|stay| (stay.room, stay.user)));
    for message in world.rooms.values().flat_map(|messages| messages.iter()) {
        // What nobody sent is found by another rule.
        let Some(send) = world.sends.get(message.text.as_str()) else { continue };
        let members = people.range((message.room, 0)..=(message.room, u64::MAX));
        let left_out = members.map(|(_, user)| *user).filter(|user| !message.concerns(*user));
        let (begun, ended) = (send.begun, ended(send, message));
        let there = |user, is: fn(&Stay, Time, Time) -> bool| {
            world.stays(user, message.room).iter().any(|stay| is(stay, begun, ended))
        };
        let left_out = left_out.filter(|user| there(*user, spans));
        violations.extend(left_out.map(|user| violation(message, user, "was there, and is left out")));
        let told = message.receivers.iter().copied().chain([message.sender]);
        let strangers = told.filter(|user| !there(*user, meets));
        violations.extend(strangers.map(|user| violation(message, user, "was not there, and is in it")));
    }
    violations
}

fn violation(message: &Message, user: u64, why: &str) -> Violation {
    Violation { rule: "the_audience_is_who_was_there", what: format!("{user} {why}: {message:?}") }
}

/// Whoever is in the room while they send, all the while, is not told that they are not in it.
pub(crate) fn no_member_is_refused(world: &World<'_>) -> Vec<Violation> {
    let refused = world.history.sends.iter().filter(|send| matches!(send.outcome, Outcome::Refused));
    let members = refused.filter(|send| {
        let mut stays = world.stays(send.sender, send.room).iter();
        stays.any(|stay| spans(stay, send.begun, send.ended))
    });
    let violation = |send: &Sent| Violation {
        rule: "no_member_is_refused",
        what: format!("{} was in room {}, and was refused {:?}", send.sender, send.room, send.text),
    };
    members.map(violation).collect()
}

/// Whether somebody came or went while they sent, or so soon after that it could matter to a second delivery.
pub(crate) fn was_coming_or_going(world: &World<'_>, send: &Sent) -> bool {
    let during = send.begun..=send.ended + TWICE_WITHIN;
    let overlaps = |(earliest, latest): (Time, Time)| earliest <= *during.end() && latest >= *during.start();
    world.stays(send.sender, send.room).iter().any(|stay| overlaps(stay.since) || stay.until.is_some_and(overlaps))
}

/// When a message may have been given its turn, at the latest. One that is not the one that was acknowledged is its double:
/// without a `client_id`, an event that is delivered twice makes two.
fn ended(send: &Sent, message: &Message) -> Time {
    match &send.outcome {
        Outcome::Acknowledged(acknowledged) if acknowledged.id == message.id => send.ended,
        Outcome::Acknowledged(_) | Outcome::Refused | Outcome::Unknown => send.ended + GOES_ON_FOR,
    }
}

/// Whether somebody was in the room all the time.
fn spans(stay: &Stay, begun: Time, ended: Time) -> bool {
    stay.since.1 <= begun && stay.until.is_none_or(|(earliest, _)| earliest >= ended)
}

/// Whether somebody may have been in the room at any moment.
fn meets(stay: &Stay, begun: Time, ended: Time) -> bool {
    stay.since.0 <= ended && stay.until.is_none_or(|(_, latest)| latest >= begun)
}
