//! Histories in which somebody sees a wrong version of a message.

use std::sync::Arc;

use history::{History, Message, Outcome, Position, Revision, Wish};

use crate::{
    lively::{EDITED, EDITED_TWICE, READERS, TEXTS, UNSURE, id, last_list, sender, shows},
    support::{is_allowed, is_found},
};

const OLDER: &str = "no_answer_is_older_than_one_before";
const CAUSE: &str = "a_version_has_a_cause";
const SHOWN: &str = "an_acknowledgement_shows_the_change";

fn was_sent(message: &mut Message) {
    (message.version, message.text) = (1, format!("5/{EDITED}"));
}

fn edit(history: &mut History) -> &mut Revision {
    history.revisions.iter_mut().find(|revision| revision.id == id(EDITED)).expect("it was edited")
}

#[test]
fn an_old_text_after_the_acknowledgement_is_found() {
    is_found(OLDER, |history| shows(last_list(history, READERS[0]), EDITED, was_sent));
}

#[test]
fn an_old_text_in_a_list_of_changes_is_found() {
    is_found(OLDER, |history| {
        let step = &mut history.followed[0].steps[0];
        shows(&mut step.messages, EDITED, was_sent);
    });
}

#[test]
fn an_old_or_a_new_text_while_the_edit_is_on_its_way_is_allowed() {
    for is_new in [false, true] {
        is_allowed(|history| {
            let Revision { begun, ended, .. } = *edit(history);
            let mut list = history.listings.last().expect("somebody has listed").clone();
            list.messages.retain(|message| message.id == id(EDITED));
            if !is_new {
                shows(&mut list.messages, EDITED, was_sent);
            }
            (list.position, list.begun, list.ended) = (Position::Before(id(EDITED) + 1), begun, ended);
            history.listings.push(list);
        });
    }
}

#[test]
fn a_new_text_before_the_edit_is_found() {
    is_found(CAUSE, |history| {
        let begun = edit(history).begun;
        let mut list = history.listings.last().expect("somebody has listed").clone();
        (list.begun, list.ended) = (begun / 2, begun / 2);
        history.listings.push(list);
    });
}

#[test]
fn a_text_that_nobody_wrote_is_found() {
    is_found("a_version_has_one_content", |history| {
        shows(last_list(history, READERS[0]), EDITED, |message| message.text.push('!'));
    });
    is_found(CAUSE, |history| edit(history).what = Wish::Edit("yet another text".to_owned(), None));
}

#[test]
fn an_edit_by_another_user_is_found() {
    is_found(CAUSE, |history| edit(history).by += 1);
}

#[test]
fn a_refused_edit_that_was_made_is_found() {
    is_found(CAUSE, |history| edit(history).outcome = Outcome::Refused);
}

#[test]
fn an_edit_whose_answer_was_lost_may_be_made() {
    is_allowed(|history| {
        let edit = edit(history);
        (edit.outcome, edit.failed) = (Outcome::Unknown, 1);
    });
    is_allowed(|history| {
        let text = "nobody knows";
        let edited = |message: &mut Message| (message.version, message.text) = (2, text.to_owned());
        shows(last_list(history, READERS[1]), UNSURE, edited);
        history.everything.iter_mut().for_each(|(_, list)| shows(list, UNSURE, edited));
        history.stored.iter_mut().for_each(|list| shows(list, UNSURE, edited));
    });
}

#[test]
fn an_acknowledgement_without_the_edit_is_found() {
    is_found(SHOWN, |history| {
        let by = sender(EDITED);
        let sent = history.sends.iter().find(|send| send.sender == by && send.text == format!("5/{EDITED}"));
        let outcome = sent.expect("it was sent").outcome.clone();
        edit(history).outcome = outcome;
    });
}

/// The two edits of a message.
fn edits(history: &mut History) -> [&mut Revision; 2] {
    let edits = history.revisions.iter_mut().filter(|revision| revision.id == id(EDITED_TWICE));
    edits.collect::<Vec<_>>().try_into().expect("it was edited twice")
}

#[test]
fn an_acknowledgement_with_the_edit_before_is_found() {
    is_found(SHOWN, |history| {
        let [first, second] = edits(history);
        second.outcome = first.outcome.clone();
    });
    is_found(SHOWN, |history| {
        let [_, second] = edits(history);
        let Outcome::Acknowledged(message) = &mut second.outcome else { panic!("it was acknowledged") };
        TEXTS[0].clone_into(&mut Arc::make_mut(message).text);
    });
}

#[test]
fn an_acknowledgement_with_another_edit_of_the_same_time_is_allowed() {
    is_allowed(|history| {
        let [first, second] = edits(history);
        (first.outcome, first.ended) = (second.outcome.clone(), second.ended);
    });
}

#[test]
fn a_text_that_comes_back_is_found() {
    is_found("no_text_comes_back", |history| {
        shows(last_list(history, READERS[0]), EDITED_TWICE, |message| {
            (message.version, message.text) = (4, TEXTS[0].to_owned());
        });
    });
}
