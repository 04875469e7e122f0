//! Rules about the versions of a message: each has one content, which its sender gave it, and no answer is older than
//! one before.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    Change, History, Message, Revision, Role, Time, Violation, Wish,
    audience::was_coming_or_going_between,
    sighting::{Sighting, sightings},
    world::World,
};

/// The versions of the changed messages.
pub(crate) struct Versions<'a> {
    /// The end of the first answer that had a version, for receivers in direct rooms and for all others.
    since: HashMap<((u64, u64), bool), BTreeMap<u64, Time>>,
    /// The version of a text.
    of_text: HashMap<(u64, u64, &'a str), u64>,
}

impl<'a> Versions<'a> {
    pub(crate) fn new(history: &'a History, revisions: &HashMap<(u64, u64), Vec<&Revision>>) -> Self {
        let (mut since, mut of_text) = (HashMap::<_, BTreeMap<_, _>>::new(), HashMap::new());
        for Sighting { message, user, ended, is_answer, .. } in sightings(history) {
            let (key, version) = (message.key(), message.version);
            if !revisions.contains_key(&key) {
                continue;
            }
            if is_answer {
                let first: &mut Time = since
                    .entry((key, is_receiver(history, message, user)))
                    .or_default()
                    .entry(version)
                    .or_insert(ended);
                *first = ended.min(*first);
            }
            if !message.text.is_empty() {
                let newest = of_text.entry((key.0, key.1, message.text.as_str())).or_insert(version);
                *newest = version.max(*newest);
            }
        }
        Self { since, of_text }
    }

    /// The newest version in an answer that had ended at a time, for receivers in direct rooms or for all others; 0 if
    /// there was none.
    pub(crate) fn newest(&self, key: (u64, u64), is_receiver: bool, by: Time) -> u64 {
        let mut versions = self.since.get(&(key, is_receiver)).into_iter().flatten().rev();
        versions.find(|(_, ended)| **ended < by).map_or(0, |(version, _)| *version)
    }

    /// Whether a text may have been read at a time, outside of direct rooms: it is not older than an answer that had
    /// ended by then.
    pub(crate) fn may_read(&self, key: (u64, u64), text: &str, begun: Time) -> bool {
        self.of_text.get(&(key.0, key.1, text)).is_none_or(|version| *version >= self.newest(key, false, begun))
    }
}

/// Whether a block may withhold edits of a message from a user, so that its version is lower for them.
pub(crate) fn is_receiver(history: &History, message: &Message, user: u64) -> bool {
    history.directs.contains_key(&message.room) && user != message.sender
}

/// An answer has no older version of a message than an answer that had ended before. So an acknowledged change is in
/// each later answer, unless a later change replaces it.
pub(crate) fn no_answer_is_older_than_one_before(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for Sighting { message, user, how, begun, ended, is_answer, .. } in world.sightings() {
        let is_receiver = is_receiver(world.history, message, user);
        let newest = if is_answer { world.versions.newest(message.key(), is_receiver, begun) } else { 0 };
        if message.version < newest {
            let revisions = world.revisions(message.key());
            let what = format!(
                "{message:?} was {how} {user} from {begun:?} to {ended:?}, after version {newest}; {revisions:?}"
            );
            violations.push(Violation { rule: "no_answer_is_older_than_one_before", what });
        }
    }
    violations
}

/// A version of a message has the same content for everybody. In a direct room, a block may withhold an edit from the
/// receiver. Those who have deleted the message for themselves see nothing.
pub(crate) fn a_version_has_one_content(world: &World<'_>) -> Vec<Violation> {
    let mut contents: HashMap<_, &Arc<Message>> = HashMap::new();
    let mut violations = Vec::new();
    for Sighting { message, user, .. } in world.sightings().filter(|sighting| !sighting.message.hidden) {
        let is_receiver = is_receiver(world.history, message, user);
        let first = *contents.entry((message.key(), message.version, is_receiver)).or_insert(message);
        if !Arc::ptr_eq(first, message) && content(first) != content(message) {
            let what = format!("{user} has seen {message:?}, and somebody {first:?}");
            violations.push(Violation { rule: "a_version_has_one_content", what });
        }
    }
    violations
}

/// The parts of a message that belong to its version.
fn content(message: &Message) -> impl PartialEq {
    let Message { text, deleted_by, mentions, mentions_all, picture, .. } = message;
    (text, deleted_by, mentions, mentions_all, picture)
}

/// An answer has no text that an acknowledged edit has replaced before, in none of its versions. In a direct room, a
/// block may withhold the edit from the receiver.
pub(crate) fn no_text_comes_back(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for Sighting { message, user, how, begun, ended, is_answer, .. } in world.sightings() {
        let is_text = is_answer && message.deleted_by.is_none() && !message.hidden;
        if !is_text || is_receiver(world.history, message, user) {
            continue;
        }
        let (key, text) = (message.key(), message.text.as_str());
        if edits(world, message).any(|(_, of)| of == text) && !world.texts.may_be(key, text, begun, ended) {
            let what = format!("{message:?} was {how} {user} from {begun:?} to {ended:?}, after a later edit");
            violations.push(Violation { rule: "no_text_comes_back", what });
        }
    }
    violations
}

/// The edits of a message by its sender, with their texts.
pub(crate) fn edits<'a>(world: &World<'a>, message: &Message) -> impl Iterator<Item = (&'a Revision, &'a str)> {
    let by_sender = world.revisions(message.key()).iter().copied().filter(|revision| revision.by == message.sender);
    by_sender.filter_map(|revision| match &revision.what {
        Wish::Edit(text, _) => Some((revision, text.as_str())),
        Wish::Delete | Wish::Hide | Wish::React(_) => None,
    })
}

/// Whether a message may have had a text by a time. Nobody may have seen an edit before the next one.
pub(crate) fn had_text(world: &World<'_>, message: &Message, text: &str, by: Time) -> bool {
    let is_edit = |(edit, of): (&Revision, &str)| of == text && edit.begun <= by && may_be_made(world, edit);
    let first = world.originals.get(&message.key());
    first.is_some_and(|first| first.text == text) || edits(world, message).any(is_edit)
}

/// The texts that edits may have given to messages, by room and message.
pub(crate) fn texts(revisions: &[Revision]) -> impl Iterator<Item = Change<(u64, u64), &str>> {
    revisions.iter().filter_map(|revision| {
        let Wish::Edit(text, _) = &revision.what else { return None };
        Some(revision.change(revision.key(), text.as_str()))
    })
}

/// Whether the answer of an edit shows it: its text, or that of another edit which came at the same time and stays. Its
/// version is higher than each that somebody has seen before.
pub(crate) fn shows_edit(world: &World<'_>, edit: &Revision, text: &str, answer: &Message) -> bool {
    let before = world.versions.newest(edit.key(), false, edit.begun).max(1);
    let replaces = |(other, of): (&Revision, &str)| of == answer.text && may_be_made(world, other) && other.meets(edit);
    // Another device of the sender may have deleted it for them.
    let is_shown = answer.text == text || answer.hidden || edits(world, answer).any(replaces);
    answer.version > before && is_shown
}

/// A text after the first one is that of an edit by the sender which had begun, and was not refused. A deletion is by
/// the sender or an admin who had begun it. If a refused edit met a deletion, or its sender was coming or going, another
/// delivery of its event may have been served.
pub(crate) fn a_version_has_a_cause(world: &World<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for Sighting { message, user, how, ended, .. } in world.sightings() {
        let revisions = world.revisions(message.key());
        let is_edit = |revision: &&Revision| {
            matches!(&revision.what, Wish::Edit(text, _) if *text == message.text)
                && revision.by == message.sender
                && revision.begun <= ended
                && may_be_made(world, revision)
        };
        let is_original = || world.originals.get(&message.key()).is_none_or(|original| original.text == message.text);
        let is_withheld = is_receiver(world.history, message, user);
        let has_cause = match message.deleted_by {
            _ if message.hidden => true,
            Some(by) => revisions.iter().any(|revision| {
                revision.what == Wish::Delete
                    && revision.by == by
                    && revision.begun <= ended
                    && may_be_made(world, revision)
                    && may_delete(world, revision, message)
            }),
            None if message.version <= 1 => is_original(),
            None => revisions.iter().copied().any(|revision| is_edit(&revision)) || is_withheld && is_original(),
        };
        if !has_cause {
            let what = format!("{message:?}, {how} {user}: nobody has made it so");
            violations.push(Violation { rule: "a_version_has_a_cause", what });
        }
    }
    violations
}

/// Whether a change may have been made: it was not refused, or another delivery of its event may have been served.
pub(crate) fn may_be_made(world: &World<'_>, revision: &Revision) -> bool {
    if !revision.is_refused() {
        return true;
    }
    let mut others = world.revisions(revision.key()).iter().filter(|other| !std::ptr::eq(**other, revision));
    others.any(|other| other.what == Wish::Delete && other.begun <= revision.latest())
        || was_coming_or_going_between(world, revision.by, revision.room, revision.begun, revision.latest())
}

/// Whether a user may delete a message for everyone.
fn may_delete(world: &World<'_>, revision: &Revision, message: &Message) -> bool {
    let Revision { by, room, begun, .. } = *revision;
    let is_admin = |role| world.roles.may_be((room, by), role, begun, revision.latest());
    by == message.sender || is_admin(Role::Admin) || is_admin(Role::Owner)
}
