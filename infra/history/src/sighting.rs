//! Every observation of a message.

use std::sync::Arc;

use crate::{GOES_ON_FOR, History, Message, Outcome, Time};

/// An observation of a message.
pub(crate) struct Sighting<'a> {
    pub(crate) message: &'a Arc<Message>,
    pub(crate) user: u64,
    /// The way, as a part of a sentence.
    pub(crate) how: &'static str,
    /// The time after which it was read.
    pub(crate) begun: Time,
    pub(crate) ended: Time,
    /// Whether it is in a list of messages or rooms.
    pub(crate) is_listed: bool,
    /// Whether it is in an answer, which is read for the user during the call.
    pub(crate) is_answer: bool,
}

/// All observations. Views are left out: they repeat pushes and lists.
pub(crate) fn sightings(history: &History) -> impl Iterator<Item = Sighting<'_>> {
    pushes(history).chain(lists(history)).chain(answers(history))
}

fn pushes(history: &History) -> impl Iterator<Item = Sighting<'_>> {
    let pushes = history.pushes.iter().map(|push| (&push.message, push.user, push.at));
    let news = history.news.iter().filter_map(|news| Some((news.message.as_ref()?, news.user, news.at)));
    pushes.chain(news).map(|(message, user, at)| Sighting {
        message,
        user,
        how: "pushed to",
        // A function may push until its event has to be over.
        begun: at.0.saturating_sub(GOES_ON_FOR),
        ended: at.1,
        is_listed: false,
        is_answer: false,
    })
}

fn lists(history: &History) -> impl Iterator<Item = Sighting<'_>> {
    let listed = history.listings.iter().flat_map(|listing| {
        let time = (listing.begun, listing.ended);
        listing.messages.iter().map(move |message| (message, listing.user, "listed for", time))
    });
    let in_the_end = history.everything.iter().flat_map(|(user, messages)| {
        messages.iter().map(|message| (message, *user, "listed in the end for", (Time::MAX, Time::MAX)))
    });
    listed.chain(in_the_end).map(|(message, user, how, (begun, ended))| Sighting {
        message,
        user,
        how,
        begun,
        ended,
        is_listed: true,
        is_answer: true,
    })
}

fn answers(history: &History) -> impl Iterator<Item = Sighting<'_>> {
    let sent = history.sends.iter().map(|send| (&send.outcome, send.sender, send.begun, send.ended));
    let revised = history.revisions.iter();
    let revised = revised.map(|revision| (&revision.outcome, revision.by, revision.begun, revision.ended));
    let acknowledged = sent.chain(revised).filter_map(|(outcome, user, begun, ended)| match outcome {
        Outcome::Acknowledged(message) => Some((message, user, "acknowledged to", begun, ended)),
        Outcome::Refused | Outcome::Unknown => None,
    });
    let followed = history.followed.iter().flat_map(|followed| {
        // The events are among the news.
        followed.steps.iter().filter(|step| !step.is_event).flat_map(move |step| {
            let time = (step.begun, step.ended);
            step.messages.iter().map(move |message| (message, followed.user, "a change for", time.0, time.1))
        })
    });
    acknowledged.chain(followed).map(|(message, user, how, begun, ended)| Sighting {
        message,
        user,
        how,
        begun,
        ended,
        is_listed: false,
        is_answer: true,
    })
}
