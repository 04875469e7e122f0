//! Rules about deleted messages: nothing of their content is left.

use std::collections::HashMap;

use crate::{
    Link, Outcome, Quote, Revision, Time, Violation, Wish, sighting::Sighting, versions::shows_edit, world::World,
};

/// The times at which the deletions of messages were acknowledged first.
pub(crate) struct Deletions {
    everyone: HashMap<(u64, u64), Time>,
    /// By message and user.
    own: HashMap<((u64, u64), u64), Time>,
}

impl Deletions {
    pub(crate) fn new(revisions: &[Revision]) -> Self {
        let (mut everyone, mut own) = (HashMap::new(), HashMap::new());
        for revision in revisions.iter().filter(|revision| revision.is_sure()) {
            let first: &mut Time = match revision.what {
                Wish::Delete => everyone.entry(revision.key()).or_insert(revision.ended),
                Wish::Hide => own.entry((revision.key(), revision.by)).or_insert(revision.ended),
                Wish::Edit(..) | Wish::React(_) => continue,
            };
            *first = revision.ended.min(*first);
        }
        Self { everyone, own }
    }

    /// Whether a message was deleted for everyone before a time.
    pub(crate) fn is_deleted(&self, key: (u64, u64), by: Time) -> bool {
        self.everyone.get(&key).is_some_and(|at| *at < by)
    }

    /// Whether a user had deleted a message for themselves before a time.
    pub(crate) fn is_hidden(&self, user: u64, key: (u64, u64), by: Time) -> bool {
        self.own.get(&(key, user)).is_some_and(|at| *at < by)
    }
}

/// The content of a message that was deleted for everyone is in no answer and in no event that begins after the
/// acknowledgement. A stub never has content, not even before that.
pub(crate) fn what_is_deleted_is_gone(world: &World<'_>) -> Vec<Violation> {
    let rule = "what_is_deleted_is_gone";
    let shown = world.sightings().filter(|Sighting { message, begun, .. }| {
        let is_stub = message.deleted_by.is_some();
        is_stub && message.has_content()
            || !is_stub && !message.hidden && world.deletions.is_deleted(message.key(), *begun)
    });
    let shown = shown.map(|Sighting { message, user, how, begun, ended, .. }| {
        let what = format!("{message:?} was {how} {user} from {begun:?} to {ended:?}, and was deleted");
        Violation { rule, what }
    });
    let is_quoted = |quote: &&Quote| world.deletions.is_deleted((quote.room, quote.id), quote.begun);
    let quotes = world.history.quotes.iter().filter(is_quoted);
    let quotes = quotes.map(|quote| Violation { rule, what: format!("{quote:?} was deleted") });
    shown.chain(quotes).collect()
}

/// The picture of a message that was deleted for everyone leaves soon, and links to it end.
pub(crate) fn files_leave_with_their_message(world: &World<'_>) -> Vec<Violation> {
    let left = world.history.links.iter().filter(|link| !link.is_gone);
    let violation = |link: &Link| Violation {
        rule: "files_leave_with_their_message",
        what: format!("{link:?} still leads to a file of the deleted message"),
    };
    left.map(violation).collect()
}

/// A message that a user has deleted for themselves is in no list, and its content in no answer and no event for them
/// that begins after the acknowledgement. Nobody else has it hidden.
pub(crate) fn what_is_deleted_for_oneself_is_gone(world: &World<'_>) -> Vec<Violation> {
    let rule = "what_is_deleted_for_oneself_is_gone";
    let shown = world.sightings().filter(|Sighting { message, user, begun, ended, is_listed, .. }| {
        let is_hidden = world.deletions.is_hidden(*user, message.key(), *begun);
        let is_wrong = message.has_content() || *is_listed || !world.may_hide(*user, message.key(), *ended);
        message.hidden && is_wrong || is_hidden && (message.has_content() || *is_listed)
    });
    let shown = shown.map(|Sighting { message, user, how, begun, ended, .. }| {
        let what = format!("{message:?} was {how} {user} from {begun:?} to {ended:?}");
        Violation { rule, what }
    });
    let is_quoted = |quote: &&Quote| world.deletions.is_hidden(quote.user, (quote.room, quote.id), quote.begun);
    let quotes = world.history.quotes.iter().filter(is_quoted);
    let quotes =
        quotes.map(|quote| Violation { rule, what: format!("{quote:?} is of a message that they have deleted") });
    shown.chain(quotes).collect()
}

/// An acknowledged change is shown by its answer.
pub(crate) fn an_acknowledgement_shows_the_change(world: &World<'_>) -> Vec<Violation> {
    let wrong = world.history.revisions.iter().filter(|revision| match (&revision.what, &revision.outcome) {
        (wish, Outcome::Acknowledged(message)) => {
            let is_of = message.key() == revision.key();
            let is_shown = match wish {
                Wish::Delete => message.deleted_by.is_some(),
                Wish::Hide => message.hidden,
                Wish::Edit(text, _) => shows_edit(world, revision, text, message),
                // A later one may have replaced it.
                Wish::React(_) => true,
            };
            !(is_of && is_shown)
        }
        (_, Outcome::Refused | Outcome::Unknown) => false,
    });
    let violation = |revision: &Revision| Violation {
        rule: "an_acknowledgement_shows_the_change",
        what: format!("{revision:?} has another answer"),
    };
    wrong.map(violation).collect()
}
