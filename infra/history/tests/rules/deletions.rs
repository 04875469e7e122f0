//! Histories in which the content of a deleted message is left somewhere.

use std::sync::Arc;

use history::{History, Link, Message, News, Outcome, Push, Quote, Revision, Time, Wish};

use crate::{
    lively::{
        DELETED, DELETED_BY_OWNER, FORWARDED, HIDDEN, HIDER, LIVELY, READERS, REPLY, id, last_list, sender, shows,
    },
    support::{AT, broken, is_allowed, is_found},
};

const GONE: &str = "what_is_deleted_is_gone";
const OWN: &str = "what_is_deleted_for_oneself_is_gone";

/// A message as it was sent.
fn sent(history: &History, place: usize) -> Arc<Message> {
    let of = |outcome: &Outcome| match outcome {
        Outcome::Acknowledged(message) if message.id == id(place) => Some(Arc::clone(message)),
        _ => None,
    };
    history.sends.iter().find_map(|send| of(&send.outcome)).expect("it was sent")
}

fn deletion(history: &mut History, place: usize) -> &mut Revision {
    history.revisions.iter_mut().find(|revision| revision.id == id(place)).expect("it was deleted")
}

fn quote(user: u64, place: usize, at: Time) -> Quote {
    let (room, reply, sender) = (LIVELY, id(REPLY), sender(place));
    Quote { user, room, reply, id: id(place), sender, text: format!("5/{place}"), begun: at, ended: at }
}

#[test]
fn a_text_after_its_deletion_is_found() {
    is_found(GONE, |history| {
        let before = sent(history, DELETED);
        shows(last_list(history, READERS[0]), DELETED, |message| *message = Message::clone(&before));
    });
    is_found(GONE, |history| shows(last_list(history, READERS[0]), DELETED, |message| message.text.push('!')));
}

#[test]
fn a_picture_after_its_deletion_is_found() {
    is_found(GONE, |history| {
        let before = sent(history, FORWARDED);
        let picture = before.picture.clone();
        shows(last_list(history, READERS[0]), FORWARDED, |message| message.picture.clone_from(&picture));
    });
    let link = |is_gone| Link { room: LIVELY, id: id(FORWARDED), is_gone };
    is_found("files_leave_with_their_message", |history| history.links.push(link(false)));
    is_allowed(|history| history.links.push(link(true)));
}

#[test]
fn a_quote_of_a_deleted_message_is_found() {
    is_found(GONE, |history| history.quotes.push(quote(1, FORWARDED, AT.0)));
}

#[test]
fn a_quote_of_a_message_that_is_being_deleted_is_allowed() {
    is_allowed(|history| {
        let begun = deletion(history, FORWARDED).begun;
        history.quotes.push(quote(1, FORWARDED, begun));
    });
}

#[test]
fn an_event_with_a_deleted_text_is_found_unless_it_began_before() {
    for is_late in [false, true] {
        let mut history = crate::good::good(1);
        let (message, soon) = (sent(&history, DELETED), deletion(&mut history, DELETED).ended);
        let at = if is_late { AT } else { (soon, soon) };
        let (user, bound) = (1, None);
        history.pushes.push(Push { user, bound, message: Arc::clone(&message), at });
        let (room, change, meaning) = (LIVELY, 99, "a late edit".to_owned());
        history.news.push(News { user, bound, room, change, meaning, message: Some(message), at });
        assert_eq!(broken(&history).contains(GONE), is_late);
    }
}

#[test]
fn a_deletion_that_nobody_made_is_found() {
    let rule = "a_version_has_a_cause";
    is_found(rule, |history| history.revisions.retain(|revision| revision.id != id(DELETED)));
    is_found(rule, |history| deletion(history, DELETED).outcome = Outcome::Refused);
}

#[test]
fn a_deletion_by_neither_sender_nor_admin_is_found() {
    is_found("a_version_has_a_cause", |history| {
        deletion(history, DELETED_BY_OWNER).by = 4;
        let by_4 = |message: &mut Message| message.deleted_by = Some(4);
        history.listings.iter_mut().for_each(|list| {
            shows(&mut list.messages, DELETED_BY_OWNER, |message| message.deleted_by = message.deleted_by.and(Some(4)));
        });
        history.stored.iter_mut().for_each(|list| shows(list, DELETED_BY_OWNER, by_4));
    });
}

#[test]
fn a_deletion_whose_answer_was_lost_may_be_made_or_not() {
    is_allowed(|history| {
        let deletion = deletion(history, DELETED);
        (deletion.outcome, deletion.failed) = (Outcome::Unknown, 1);
    });
    is_allowed(|history| {
        let (by, room, failed, (begun, ended)) = (sender(HIDDEN), LIVELY, 1, AT);
        let (id, what, outcome) = (id(HIDDEN), Wish::Delete, Outcome::Unknown);
        history.revisions.push(Revision { by, room, id, what, begun, ended, failed, outcome });
    });
}

#[test]
fn a_message_in_the_list_of_its_hider_is_found() {
    for is_stub in [false, true] {
        is_found(OWN, |history| {
            let mut message = Message::clone(&sent(history, HIDDEN));
            if is_stub {
                (message.hidden, message.text) = (true, String::new());
            }
            last_list(history, HIDER).push(Arc::new(message));
        });
    }
}

#[test]
fn a_quote_for_its_hider_is_found() {
    is_found(OWN, |history| history.quotes.push(quote(HIDER, HIDDEN, AT.0)));
}

#[test]
fn a_message_that_is_hidden_from_another_user_is_found() {
    is_found(OWN, |history| {
        shows(last_list(history, READERS[1]), HIDDEN, |message| (message.hidden, message.text) = (true, String::new()));
    });
}

#[test]
fn a_message_that_another_user_has_hidden_and_that_is_missing_is_found() {
    is_found("a_page_skips_nothing", |history| {
        last_list(history, READERS[1]).retain(|message| message.id != id(HIDDEN));
    });
}
