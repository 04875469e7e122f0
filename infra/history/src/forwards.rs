//! Rules about forwards and mentions.

use std::collections::{HashMap, HashSet};

use crate::{
    Mentions, Message, Revision, Sent, Time, Violation, Wish,
    access::{may_be_hidden, may_see},
    audience::{TWICE_WITHIN, ended, meets, spans},
    versions::{edits, had_text, may_be_made},
    world::World,
};

/// The number of forwards after which a message goes to one room at a time.
const OFTEN: u64 = 5;

/// A forward is a copy of a message that its sender could see: of the text and the picture that it had then, and of
/// nothing else. The picture is a copy too. A
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

/// The message that a message forwards or answers.
fn other(send: &Sent) -> Option<(u64, u64)> {
    send.forwards.or_else(|| send.reply_to.map(|id| (send.room, id)))
}

/// Whether the sender of a forward or a reply may not have seen the other message, or not any more, or it was forwarded
/// too often.
pub(crate) fn may_lack_its_message(world: &World<'_>, send: &Sent) -> bool {
    let Some(key) = other(send) else { return false };
    let (Sent { sender, begun, ended, .. }, room) = (send, key.0);
    let is_gone = world
        .revisions(key)
        .iter()
        .any(|revision| revision.what == Wish::Delete && revision.begun <= *ended && may_be_made(world, revision));
    let is_member = world.stays(*sender, room).iter().any(|stay| spans(stay, *begun, *ended));
    let is_hidden = world.message(key).is_none_or(|original| {
        let is_often = send.forwards.is_some() && original.forwarded >= Some(OFTEN);
        is_often || may_be_hidden(world, *sender, original, *begun, *ended)
    });
    is_gone || !is_member || is_hidden
}

/// Whether the message that a message forwards or answers was being deleted while this was sent, or so soon afterwards
/// that it matters to a second delivery.
pub(crate) fn was_its_message_going(world: &World<'_>, send: &Sent) -> bool {
    let goes = |key| {
        world.revisions(key).iter().any(|revision| {
            let is_for_sender = revision.what == Wish::Hide && revision.by == send.sender;
            (revision.what == Wish::Delete || is_for_sender)
                && revision.begun <= send.ended + TWICE_WITHIN
                && revision.latest() >= send.begun
        })
    };
    other(send).is_some_and(goes)
}

fn differs(world: &World<'_>, send: &Sent, original: &Message, copy: &Message) -> Option<&'static str> {
    // Otherwise it was deleted before anybody saw it.
    let Message { text, picture, .. } = world.originals.get(&copy.key())?;
    let key = original.key();
    let first = world.originals.get(&key);
    let is_picture = |first: &Message| match (&first.picture, picture) {
        (None, None) => true,
        (Some(of), Some(copied)) => of.id != copied.id,
        (None, Some(_)) | (Some(_), None) => false,
    };
    if !had_text(world, original, text, ended(send, copy)) {
        Some("the original never had the text")
    } else if !first.is_none_or(|first| is_picture(first)) {
        Some("it has no copy of the picture")
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

/// A message mentions users whom its sender named and who were members, and all of these except the sender; or all
/// members. An edit without mentions leaves those of before.
pub(crate) fn only_members_are_mentioned(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let shown = world.sightings().map(|sighting| sighting.message);
    for message in shown.filter(|message| message.deleted_by.is_none() && !message.hidden) {
        let Some(send) = world.send(message) else { continue };
        let Some((wish, since, until)) = wish(world, send, message) else { continue };
        if *wish == Mentions::default() && message.mentions.is_empty() && !message.mentions_all {
            continue;
        }
        let stays = |user| world.stays(user, message.room).iter();
        let mut foreign = message.mentions.iter().filter(|user| {
            // An edit may name again those whom the message had mentioned before they left.
            let was_there = stays(**user).any(|stay| meets(stay, send.begun, until));
            !was_there || !wish.users.contains(user) || **user == message.sender || wish.all
        });
        let mut missing = wish.users.iter().filter(|user| {
            let was_there = stays(**user).any(|stay| spans(stay, since, until));
            was_there && !message.mentions.contains(user) && **user != message.sender && !wish.all
        });
        let wrong = foreign.next().or_else(|| missing.next());
        if wrong.is_some() || wish.all != message.mentions_all {
            let what = format!("{message:?} is wrong about {wrong:?}; it was to mention {wish:?}, and was {send:?}");
            violations.push(Violation { rule: "only_members_are_mentioned", what });
        }
    }
    violations
}

/// The mentions that were wished for the present version of a message, and the time of that wish. `None` if several may
/// be the last.
fn wish<'a>(world: &World<'a>, send: &'a Sent, message: &Message) -> Option<(&'a Mentions, Time, Time)> {
    let of_send = (&send.mentions, send.begun, ended(send, message));
    if message.version <= 1 {
        return Some(of_send);
    }
    let named = |edit: &'a Revision| match &edit.what {
        Wish::Edit(_, mentions) => mentions.as_ref(),
        Wish::Delete | Wish::Hide | Wish::React(_) => None,
    };
    let (edit, _) = edits(world, message).find(|(_, text)| *text == message.text)?;
    match named(edit) {
        Some(mentions) => Some((mentions, edit.begun, edit.latest())),
        None if edits(world, message).all(|(other, _)| named(other).is_none()) => Some(of_send),
        None => None,
    }
}
