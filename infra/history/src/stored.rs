//! Rules about the stored messages: every acknowledged message, once, and only messages that were sent.

use std::collections::HashMap;

use crate::{
    Outcome, Violation,
    audience::was_coming_or_going,
    world::{Sighting, World},
};

/// "A message that was acknowledged is stored and stays readable", without changes.
pub(crate) fn acknowledged_is_stored(world: &World<'_>) -> Vec<Violation> {
    let lost = world.history.sends.iter().filter_map(|send| match &send.outcome {
        Outcome::Acknowledged(message) if !world.stored.contains(message.as_ref()) => Some(Violation {
            rule: "acknowledged_is_stored",
            what: format!("{message:?} was acknowledged, and is not stored so"),
        }),
        _ => None,
    });
    lost.collect()
}

/// "Nobody sees a message before it is stored", and all users see the same: every message that was shown is stored in
/// the end, with the same id, sequence, receivers and text.
pub(crate) fn what_is_seen_is_stored(world: &World<'_>) -> Vec<Violation> {
    let unknown = world.sightings().filter(|sighting| !world.stored.contains(sighting.message));
    let violation = |Sighting { message, user, how }| Violation {
        rule: "what_is_seen_is_stored",
        what: format!("{message:?}, {how} {user}, is not stored so"),
    };
    unknown.map(violation).collect()
}

/// A stored message has the sender, the room, the text and the client id with which it was sent, and answers the same
/// message.
pub(crate) fn what_is_stored_was_sent(world: &World<'_>) -> Vec<Violation> {
    let made_up = world.stored.iter().filter(|message| {
        world.sends.get(message.text.as_str()).is_none_or(|send| {
            (send.sender, send.room, send.reply_to, &send.client_id)
                != (message.sender, message.room, message.reply_to, &message.client_id)
        })
    });
    let violation =
        |message| Violation { rule: "what_is_stored_was_sent", what: format!("{message:?} is not what anybody sent") };
    made_up.map(violation).collect()
}

/// "A retry with the same `client_id` never doubles", also if it has another content. Messages without one may be
/// doubled.
pub(crate) fn none_is_doubled(world: &World<'_>) -> Vec<Violation> {
    let mut ids: HashMap<(u64, u64, &str), Vec<u64>> = HashMap::new();
    for message in world.rooms.values().flatten() {
        let Some(client_id) = &message.client_id else { continue };
        ids.entry((message.room, message.sender, client_id)).or_default().push(message.id);
    }
    let doubled = ids.into_iter().filter(|(_, ids)| ids.len() > 1);
    let violation =
        |((_, _, id), ids)| Violation { rule: "none_is_doubled", what: format!("{id:?} is stored as {ids:?}") };
    doubled.map(violation).collect()
}

/// A refusal is final: a message that a rule refused is not stored. If its sender was joining or leaving, an event that
/// was delivered twice may have been refused once and served once.
pub(crate) fn what_is_refused_is_not_stored(world: &World<'_>) -> Vec<Violation> {
    let refused = |text| {
        world
            .sends
            .get(text)
            .is_some_and(|send| matches!(send.outcome, Outcome::Refused) && !was_coming_or_going(world, send))
    };
    let stored = world.stored.iter().filter(|message| refused(message.text.as_str()));
    let violation = |message| Violation {
        rule: "what_is_refused_is_not_stored",
        what: format!("{message:?} was refused, and is stored"),
    };
    stored.map(violation).collect()
}
