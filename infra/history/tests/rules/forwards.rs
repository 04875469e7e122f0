//! Histories with wrong forwards and mentions.

use history::{History, Message, Outcome, Picture, Sent};

use crate::{
    lively::{COPY, DELETED, EDITED, EDITED_TWICE, FORWARDED, LIVELY, REPLY, id, shows},
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
    is_found(COPIED, |history| everywhere(history, COPY, |message| message.text.clear()));
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
fn a_copy_without_a_picture_of_its_own_is_found() {
    is_found(COPIED, |history| everywhere(history, COPY, |message| message.picture = None));
    is_found(COPIED, |history| {
        let original = Picture { id: format!("picture {FORWARDED}") };
        everywhere(history, COPY, |message| message.picture = Some(original.clone()));
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
fn a_refused_forward_of_or_reply_to_what_may_be_deleted_is_allowed() {
    for (place, is_reply, is_wrong) in
        [(FORWARDED, false, false), (FORWARDED, true, false), (EDITED, false, true), (EDITED, true, true)]
    {
        let mut history = crate::good::good(1);
        let end = history.revisions.last().expect("there are changes").ended;
        let mut refused = forward(&mut history).clone();
        (refused.client_id, refused.outcome) = (Some("refused".to_owned()), Outcome::Refused);
        (refused.begun, refused.ended) = (end, end);
        (refused.forwards, refused.reply_to) =
            if is_reply { (None, Some(id(place))) } else { (Some((LIVELY, id(place))), None) };
        history.sends.push(refused);
        assert_eq!(broken(&history).contains("no_member_is_refused"), is_wrong, "{place}");
    }
}

#[test]
fn a_refused_reply_that_is_stored_is_found_unless_its_message_was_being_deleted() {
    for is_late in [false, true] {
        let mut history = crate::good::good(1);
        let mut revisions = history.revisions.iter_mut();
        let deletion = revisions.find(|revision| revision.id == id(FORWARDED)).expect("it was deleted");
        let mut sends = history.sends.iter_mut();
        let reply = sends.find(|send| send.reply_to == Some(id(FORWARDED))).expect("it was answered");
        reply.outcome = Outcome::Refused;
        if !is_late {
            (deletion.begun, deletion.ended) = (reply.begun, reply.ended);
        }
        assert_eq!(broken(&history).contains("what_is_refused_is_not_stored"), is_late);
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
        let send =
            history.sends.iter_mut().find(|send| send.mentions.users.contains(&1)).expect("a message mentions users");
        send.mentions.users.push(user);
    };
    for user in [4, 999] {
        is_allowed(|history| mentions(history, user));
        is_found(MENTIONED, |history| {
            mentions(history, user);
            everywhere(history, REPLY, |message| message.mentions.push(user));
        });
    }
}

#[test]
fn a_mention_of_all_that_nobody_made_or_that_is_missing_is_found() {
    is_found(MENTIONED, |history| everywhere(history, REPLY, |message| message.mentions_all = true));
    is_found(MENTIONED, |history| {
        everywhere(history, EDITED_TWICE, |message| message.mentions_all = false);
    });
}

#[test]
fn wrong_mentions_of_an_edit_are_found() {
    let edited = |history: &mut History, change: fn(&mut Message)| {
        everywhere(history, EDITED_TWICE, |message| {
            if message.version == 2 {
                change(message);
            }
        });
    };
    is_found(MENTIONED, |history| edited(history, |message| message.mentions.push(3)));
    is_found(MENTIONED, |history| edited(history, |message| message.mentions.clear()));
    // An edit without mentions leaves them.
    is_found(MENTIONED, |history| everywhere(history, EDITED, |message| message.mentions.push(3)));
}
