//! Rules about forwards and mentions.

use std::collections::{HashMap, HashSet};

use crate::{
    Message, Sent, Violation, Wish,
    access::{may_be_hidden, may_see},
    audience::{ended, meets, spans},
    world::World,
};

/// The number of forwards after which a message goes to one room at a time.
const OFTEN: u64 = 5;

/// A forward is a copy of a message that its sender could see: of the text that it had then, and of nothing else. A
/// deletion of the original leaves it: `a_version_has_a_cause` allows no other text.
pub(crate) fn a_forward_is_a_copy(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let originals: HashSet<_> = world.history.sends.iter().filter_map(|send| send.forwards).collect();
    let shown = world.sightings().map(|sighting| sighting.message).filter(|message| originals.contains(&message.key()));
    let shown = shown.filter(|message| message.deleted_by.is_none() && !message.hidden);
    let counts: HashMap<_, _> = shown.map(|message| (message.key(), message.forwarded.unwrap_or_default())).collect();
    for copy in world.stored().filter(|copy| copy.deleted_by.is_none()) {
        let Some(send) = world.send(copy) else { continue };
        let wrong = match (send.forwards, copy.forwarded) {
            (None, None) => continue,
            (Some(key), Some(count)) if counts.get(&key).is_some_and(|before| count != before + 1) => {
                Some("it does not count the forwards")
            }
            (Some(key), Some(_)) => world.message(key).and_then(|original| differs(world, send, original, copy)),
            (None, Some(_)) | (Some(_), None) => Some("it is and is not a forward"),
        };
        violations.extend(wrong.map(|why| {
            let what = format!("{copy:?}: {why}; it was {send:?}");
            Violation { rule: "a_forward_is_a_copy", what }
        }));
    }
    violations
}

/// Whether the sender of a forward may not have seen its original, or not any more, or it was forwarded too often.
pub(crate) fn may_lack_its_original(world: &World<'_>, send: &Sent) -> bool {
    let Some(key) = send.forwards else { return false };
    let (Sent { sender, begun, ended, .. }, room) = (send, key.0);
    let is_gone = world.revisions(key).iter().any(|revision| revision.what == Wish::Delete && revision.begun <= *ended);
    let is_member = world.stays(*sender, room).iter().any(|stay| spans(stay, *begun, *ended));
    let is_hidden = world.message(key).is_none_or(|original| {
        original.forwarded >= Some(OFTEN) || may_be_hidden(world, *sender, original, *begun, *ended)
    });
    is_gone || !is_member || is_hidden
}

fn differs(world: &World<'_>, send: &Sent, original: &Message, copy: &Message) -> Option<&'static str> {
    let text = world.originals.get(&copy.key()).copied().unwrap_or_default();
    let key = original.key();
    let is_text = world.originals.get(&key).is_some_and(|first| *first == text) || world.versions.is_of(key, text);
    if text.is_empty() {
        // It was deleted before anybody saw it.
        None
    } else if !is_text {
        Some("the original never had the text")
    } else if !world.history.directs.contains_key(&key.0) && !world.versions.may_read(key, text, send.begun) {
        Some("the original had another text")
    } else if world.deletions.is_deleted(key, send.begun) || world.deletions.is_hidden(send.sender, key, send.begun) {
        Some("the original was deleted")
    } else if !may_see(world, send.sender, original, send.begun, ended(send, copy)) {
        Some("the sender cannot see the original")
    } else if copy.reply_to.is_some() {
        Some("it has more than the text")
    } else {
        None
    }
}

/// A message mentions users whom its sender named and who were members, and all of these except the sender.
pub(crate) fn only_members_are_mentioned(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let unchanged = world.sightings().filter(|sighting| sighting.message.version <= 1 && !sighting.message.hidden);
    for message in unchanged.map(|sighting| sighting.message) {
        let Some(send) = world.send(message) else { continue };
        if send.mentions.is_empty() && message.mentions.is_empty() {
            continue;
        }
        let (begun, ended) = (send.begun, ended(send, message));
        let stays = |user| world.stays(user, message.room).iter();
        let mut foreign = message.mentions.iter().filter(|user| {
            let was_there = stays(**user).any(|stay| meets(stay, begun, ended));
            !was_there || !send.mentions.contains(user) || **user == message.sender
        });
        let mut missing = send.mentions.iter().filter(|user| {
            let was_there = stays(**user).any(|stay| spans(stay, begun, ended));
            was_there && !message.mentions.contains(user) && **user != message.sender
        });
        if let Some(user) = foreign.next().or_else(|| missing.next()) {
            let what = format!("{message:?} is wrong about {user}; it was {send:?}");
            violations.push(Violation { rule: "only_members_are_mentioned", what });
        }
    }
    violations
}
