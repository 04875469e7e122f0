//! Rules about the stored messages: every acknowledged message, once, and only messages that were sent.

use std::collections::HashMap;

use crate::{
    Message, Outcome, Sent, Violation, audience::was_coming_or_going, forwards::was_its_message_going,
    sighting::Sighting, world::World,
};

/// "A message that was acknowledged is stored and stays readable".
pub(crate) fn acknowledged_is_stored(world: &World<'_>) -> Vec<Violation> {
    let lost = world.history.sends.iter().filter_map(|send| match &send.outcome {
        Outcome::Acknowledged(message) if !world.is_stored(message) => Some(Violation {
            rule: "acknowledged_is_stored",
            what: format!("{message:?} was acknowledged, and is not stored so"),
        }),
        _ => None,
    });
    lost.collect()
}

/// "Nobody sees a message before it is stored", and all users see the same: every message that was shown is stored in
/// the end, with the same id, sequence and receivers.
pub(crate) fn what_is_seen_is_stored(world: &World<'_>) -> Vec<Violation> {
    let unknown = world.sightings().filter(|sighting| !world.is_stored(sighting.message));
    let violation = |Sighting { message, user, how, .. }: Sighting<'_>| Violation {
        rule: "what_is_seen_is_stored",
        what: format!("{message:?}, {how} {user}, is not stored so"),
    };
    unknown.map(violation).collect()
}

/// A stored message has the sender, the room, the text and the client id with which it was sent, and answers the same
/// message until it is deleted. Changes of its text are in `versions`.
pub(crate) fn what_is_stored_was_sent(world: &World<'_>) -> Vec<Violation> {
    let is_sent = |message: &Message| {
        let original = world.originals.get(&message.key());
        world.send(message).is_some_and(|send| {
            (send.sender, send.room, &send.client_id) == (message.sender, message.room, &message.client_id)
                && (send.reply_to == message.reply_to || message.deleted_by.is_some())
                && (send.forwards.is_some() || original.is_none_or(|original| has_content_of(original, send)))
        })
    };
    let made_up = world.stored().filter(|message| !is_sent(message));
    let violation =
        |message| Violation { rule: "what_is_stored_was_sent", what: format!("{message:?} is not what anybody sent") };
    made_up.map(violation).collect()
}

fn has_content_of(original: &Message, send: &Sent) -> bool {
    original.text == send.text && original.picture.as_ref().map(|picture| &picture.id) == send.picture.as_ref()
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

/// A refusal is final: a message that a rule refused is not stored. If its sender was joining or leaving, or the message
/// that it answers or forwards was being deleted, an event that was delivered twice may have been refused once and
/// served once.
pub(crate) fn what_is_refused_is_not_stored(world: &World<'_>) -> Vec<Violation> {
    let is_refused = |message: &Message| {
        world.send(message).is_some_and(|send| {
            let is_refused = matches!(send.outcome, Outcome::Refused);
            is_refused && !was_coming_or_going(world, send) && !was_its_message_going(world, send)
        })
    };
    let stored = world.stored().filter(|message| is_refused(message));
    let violation = |message| Violation {
        rule: "what_is_refused_is_not_stored",
        what: format!("{message:?} was refused, and is stored"),
    };
    stored.map(violation).collect()
}
