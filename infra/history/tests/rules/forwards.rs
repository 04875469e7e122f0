//! Histories with wrong forwards and mentions.

use history::{History, Message, Outcome, Sent};

use crate::{
    lively::{COPY, DELETED, EDITED, FORWARDED, LIVELY, REPLY, id, shows},
    support::{broken, is_allowed, is_found},
};

const COPIED: &str = "a_forward_is_a_copy";
const MENTIONED: &str = "only_members_are_mentioned";

fn forward(history: &mut History) -> &mut Sent {
    history.sends.iter_mut().find(|send| send.forwards.is_some()).expect("a message is forwarded")
}

/// Changes a message wherever it is.
fn everywhere(history: &mut History, place: usize, change: impl Fn(&mut Message)) {
    history.listings.iter_mut().for_each(|list| shows(&mut list.messages, place, &change));
    history.everything.iter_mut().for_each(|(_, list)| shows(list, place, &change));
    history.stored.iter_mut().for_each(|list| shows(list, place, &change));
    history.pushes.iter_mut().for_each(|push| shows(std::slice::from_mut(&mut push.message), place, &change));
    for send in &mut history.sends {
        if let Outcome::Acknowledged(message) = &mut send.outcome {
            shows(std::slice::from_mut(message), place, &change);
        }
    }
}

#[test]
fn a_copy_that_goes_with_its_original_is_found() {
    is_found("a_version_has_a_cause", |history| {
        let mut lists = history.stored.iter_mut().chain(history.listings.last_mut().map(|list| &mut list.messages));
        lists.by_ref().for_each(|list| {
            shows(list, COPY, |message| {
                (message.deleted_by, message.text, message.version) = (Some(3), String::new(), 2);
            });
        });
    });
}

#[test]
fn a_copy_with_another_text_is_found() {
    is_found(COPIED, |history| everywhere(history, COPY, |message| message.text.push('!')));
}

#[test]
fn a_copy_with_more_than_the_text_is_found() {
    is_found(COPIED, |history| everywhere(history, COPY, |message| message.forwarded = Some(3)));
    is_found(COPIED, |history| everywhere(history, COPY, |message| message.forwarded = None));
    is_found(COPIED, |history| {
        forward(history).reply_to = Some(id(FORWARDED));
        everywhere(history, COPY, |message| message.reply_to = Some(id(FORWARDED)));
    });
}

#[test]
fn a_copy_of_what_was_edited_or_deleted_before_is_found() {
    for place in [EDITED, DELETED] {
        is_found(COPIED, |history| {
            let late = history.revisions.last().expect("there are changes").begun;
            let send = forward(history);
            (send.forwards, send.begun, send.ended) = (Some((LIVELY, id(place))), late, late);
            everywhere(history, COPY, |message| message.text = format!("5/{place}"));
        });
    }
}

#[test]
fn a_refused_forward_of_what_may_be_deleted_is_allowed() {
    for (place, is_wrong) in [(FORWARDED, false), (EDITED, true)] {
        let mut history = crate::good::good(1);
        let end = history.revisions.last().expect("there are changes").ended;
        let text = "refused".to_owned();
        let forwards = Some((LIVELY, id(place)));
        let send = forward(&mut history);
        let refused =
            Sent { client_id: Some(text), forwards, begun: end, ended: end, outcome: Outcome::Refused, ..send.clone() };
        history.sends.push(refused);
        assert_eq!(broken(&history).contains("no_member_is_refused"), is_wrong, "{place}");
    }
}

#[test]
fn a_mention_that_nobody_made_or_that_is_missing_is_found() {
    is_found(MENTIONED, |history| everywhere(history, REPLY, |message| message.mentions.push(2)));
    is_found(MENTIONED, |history| everywhere(history, REPLY, |message| message.mentions.clear()));
}

#[test]
fn only_others_who_are_members_are_mentioned() {
    let mentions = |history: &mut History, user: u64| {
        let send = history.sends.iter_mut().find(|send| !send.mentions.is_empty()).expect("a message mentions users");
        send.mentions.push(user);
    };
    for user in [4, 999] {
        is_allowed(|history| mentions(history, user));
        is_found(MENTIONED, |history| {
            mentions(history, user);
            everywhere(history, REPLY, |message| message.mentions.push(user));
        });
    }
}
