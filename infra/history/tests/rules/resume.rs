//! Histories in which a view or a list of all rooms is incomplete.

use std::sync::Arc;

use history::View;

use crate::support::{is_allowed, is_found, middle, removed};

#[test]
fn a_client_that_has_missed_a_message_is_found() {
    is_found("whoever_resumes_has_everything", |history| {
        let message = middle(history);
        let view = history.views.iter_mut().find(|view| view.room == message.room).expect("somebody follows the room");
        removed(&mut view.messages, &message);
    });
}

#[test]
fn a_client_that_ends_too_early_is_found() {
    is_found("whoever_resumes_has_everything", |history| {
        let last = history.stored[0].last().cloned().expect("the room has messages");
        let in_room = |view: &&mut View| view.room == last.room && view.is_caught_up;
        removed(&mut history.views.iter_mut().find(in_room).expect("somebody follows the room").messages, &last);
    });
}

#[test]
fn a_client_that_has_left_need_not_know_the_end() {
    is_allowed(|history| {
        for view in &mut history.views {
            let known = view.messages.len() / 2;
            view.messages.truncate(known);
            view.cursor = view.messages.last().map_or(0, |message| message.id);
            view.is_caught_up = false;
        }
    });
}

#[test]
fn a_message_that_one_list_has_and_the_other_has_not_is_found() {
    is_found("all_rooms_are_listed_as_each_one", |history| {
        let (_, messages) =
            history.everything.iter_mut().find(|(_, list)| !list.is_empty()).expect("somebody has some");
        messages.pop();
    });
}

#[test]
fn a_message_that_is_listed_twice_is_found() {
    is_found("all_rooms_are_listed_as_each_one", |history| {
        let (_, messages) =
            history.everything.iter_mut().find(|(_, list)| !list.is_empty()).expect("somebody has some");
        messages.push(Arc::clone(&messages[0]));
    });
}
