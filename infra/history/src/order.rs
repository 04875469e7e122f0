//! Rules about the order of a room: the same for every user, without unexplained holes and skipped messages.

use std::{collections::HashMap, sync::Arc};

use crate::{LAG, Listing, Message, Outcome, Position, Scope, Time, Violation, access::may_be_hidden, world::World};

/// "One order per room, the same for everyone, in pushes (by `sequence`) and in lists": ids and sequences ascend
/// together. `what_is_seen_is_stored` finds a push or a page with another id or sequence.
pub(crate) fn a_room_has_one_order(world: &World<'_>) -> Vec<Violation> {
    let violation = |what| Violation { rule: "a_room_has_one_order", what };
    let rooms = world.rooms.iter().filter_map(|(room, messages)| {
        let (one, other) = out_of_order(messages, |one, other| one.id < other.id && one.sequence < other.sequence)?;
        Some(violation(format!("room {room} lists {one:?} before {other:?}")))
    });
    let pages = world.history.listings.iter().filter_map(|listing| {
        let (one, other) = out_of_order(&listing.messages, |one, other| (one.id, one.room) < (other.id, other.room))?;
        Some(violation(format!("{} is listed {one:?} before {other:?}", listing.user)))
    });
    rooms.chain(pages).collect()
}

/// Two neighbours that do not ascend.
fn out_of_order(messages: &[Arc<Message>], ascend: fn(&Message, &Message) -> bool) -> Option<(&Message, &Message)> {
    let mut neighbours = messages.iter().zip(messages.iter().skip(1));
    let found = neighbours.find(|(one, other)| !ascend(one, other));
    found.map(|(one, other)| (one.as_ref(), other.as_ref()))
}

/// "`sequence`: 1, 2, 3, … per room". A crash leaves a hole, so there are at most as many holes as tries without a
/// message and faults together. A fault may cause a hole within a successful try, because the system retries a write
/// whose answer is lost.
pub(crate) fn a_hole_has_a_cause(world: &World<'_>) -> Vec<Violation> {
    let mut failed: HashMap<u64, u64> = HashMap::new();
    for send in &world.history.sends {
        *failed.entry(send.room).or_default() += send.failed;
    }
    let rooms = world.rooms.iter().filter(|(room, _)| !world.history.gone.contains(room));
    let unexplained = rooms.map(|(room, messages)| {
        let last = messages.last().map_or(0, |message| message.sequence);
        let holes = last.saturating_sub(messages.len() as u64);
        (*room, holes.saturating_sub(failed.get(room).copied().unwrap_or(0)))
    });
    let unexplained: Vec<_> = unexplained.filter(|(_, holes)| *holes > 0).collect();
    let holes: u64 = unexplained.iter().map(|(_, holes)| holes).sum();
    if holes <= world.history.faults {
        return Vec::new();
    }
    let what = format!("{holes} holes, by room: {unexplained:?}, and {} faults", world.history.faults);
    vec![Violation { rule: "a_hole_has_a_cause", what }]
}

/// "A push may be missed but never silently: `?after=<last id>` fills the gap": a page that goes forwards skips no
/// message, not even one that was stored later, because no client would list it again. A page that goes backwards has
/// every message in its range that was acknowledged a second before. Messages that are hidden from the caller are left
/// out, and so are rooms that are gone, because their messages are deleted while somebody lists them.
pub(crate) fn a_page_skips_nothing(world: &World<'_>) -> Vec<Violation> {
    let acknowledged: HashMap<(u64, u64), Time> = world
        .history
        .sends
        .iter()
        .filter_map(|send| match &send.outcome {
            Outcome::Acknowledged(message) => Some(((message.room, message.id), send.ended)),
            _ => None,
        })
        .collect();
    let was_there =
        |message: &Message, by: Time| acknowledged.get(&(message.room, message.id)).is_some_and(|at| *at + LAG < by);
    let mut violations = Vec::new();
    for listing in &world.history.listings {
        let Some((room, above, below)) = range(listing) else { continue };
        if world.history.gone.contains(&room) {
            continue;
        }
        let forward = matches!(listing.position, Position::After(_));
        let mut listed = listing.messages.iter().map(|message| message.id).peekable();
        for message in world.between(room, above, below) {
            while listed.next_if(|id| *id < message.id).is_some() {}
            let missing = listed.next_if_eq(&message.id).is_none();
            let Listing { user, position, begun, ended, .. } = listing;
            if missing
                && (forward || was_there(message, *begun))
                && !may_be_hidden(world, *user, message, *begun, *ended)
            {
                let what = format!("{user} asked for {position:?}, and {message:?} is not in the page");
                violations.push(Violation { rule: "a_page_skips_nothing", what });
            }
        }
    }
    violations
}

/// The room and the ids between which a page must be complete. Pages of all rooms need not be: across rooms, a lower id
/// may be stored later.
fn range(Listing { scope, position, messages, .. }: &Listing) -> Option<(u64, u64, u64)> {
    let Scope::Room(room) = *scope else { return None };
    let (first, last) = (messages.first()?.id, messages.last()?.id);
    Some(match *position {
        Position::After(id) => (room, id, last),
        Position::Before(id) => (room, first, id),
        Position::Latest => (room, first, u64::MAX),
    })
}
