//! Histories in which reactions are counted wrongly.

use std::sync::Arc;

use history::{Change, History, Message, Outcome, Reaction, Revision, Wish};

use crate::{
    lively::{LIVELY, REACTED, READERS, REPLY, UNSURE, id, last_list, shows},
    support::{is_allowed, is_found},
};

const RULE: &str = "a_reaction_counts_once";

/// Finds a change to the reactions in the last list of a reader: 👍 of 2 and 3, and a heart of 1.
#[track_caller]
fn finds(change: impl Fn(&mut Vec<Reaction>)) {
    is_found(RULE, |history| shows(last_list(history, READERS[0]), REACTED, |message| change(&mut message.reactions)));
}

#[test]
fn a_reaction_that_counts_twice_is_found() {
    finds(|reactions| reactions[0].count += 1);
    finds(|reactions| reactions[0].users.push(2));
}

#[test]
fn a_missing_reaction_is_found() {
    finds(|reactions| reactions[0].count -= 1);
    finds(|reactions| drop(reactions.remove(0)));
    finds(Vec::clear);
}

#[test]
fn a_reaction_that_was_replaced_or_removed_is_found() {
    finds(|reactions| {
        reactions[0].users.push(1);
        reactions[0].count += 1;
    });
    finds(|reactions| {
        reactions[0].users.push(4);
        reactions[0].count += 1;
    });
}

#[test]
fn a_user_with_two_emojis_and_an_emoji_in_two_groups_are_found() {
    finds(|reactions| reactions[1].users = vec![2]);
    finds(|reactions| {
        let (count, users) = (1, reactions[0].users.drain(1..).collect());
        reactions[0].count = 1;
        reactions.push(Reaction { count, users, ..reactions[0].clone() });
    });
}

#[test]
fn another_users_reaction_as_the_readers_own_is_found() {
    finds(|reactions| reactions[0].mine = false);
    finds(|reactions| reactions[1].mine = true);
}

#[test]
fn an_emoji_that_nobody_chose_is_found() {
    finds(|reactions| reactions[0].emoji = "👎".to_owned());
}

#[test]
fn a_reaction_whose_answer_was_lost_may_count_or_not() {
    is_allowed(|history| {
        let mine = Reaction { emoji: "👍".to_owned(), count: 1, users: vec![2], mine: true };
        shows(last_list(history, 2), UNSURE, |message| message.reactions.push(mine.clone()));
    });
    is_allowed(|history| {
        let last = history.revisions.iter_mut().rev().find(|revision| revision.what == Wish::React(None));
        let last = last.expect("a reaction was removed");
        (last.outcome, last.failed) = (Outcome::Unknown, 1);
        let also = |message: &mut Message| {
            message.reactions[0].users.push(4);
            message.reactions[0].count += 1;
        };
        shows(last_list(history, READERS[0]), REACTED, also);
    });
}

/// A list in which the reaction of a reader, which was refused, is shown.
fn shows_what_was_refused(history: &mut History) {
    let mut reacted = history.revisions.iter_mut().filter(|revision| revision.by == 2 && revision.id == id(UNSURE));
    let reaction = reacted.find(|revision| matches!(revision.what, Wish::React(_))).expect("2 reacted");
    (reaction.outcome, reaction.failed) = (Outcome::Refused, 0);
    let mine = Reaction { emoji: "👍".to_owned(), count: 1, users: vec![2], mine: true };
    shows(last_list(history, 2), UNSURE, |message| message.reactions.push(mine.clone()));
}

#[test]
fn a_refused_reaction_that_is_shown_is_found() {
    is_found(RULE, shows_what_was_refused);
}

#[test]
fn the_second_delivery_of_a_refused_reaction_may_be_served_after_rights_have_changed() {
    is_allowed(|history| {
        shows_what_was_refused(history);
        let Revision { by, begun, ended, .. } =
            *history.revisions.iter().find(|revision| revision.id == id(UNSURE)).expect("2 reacted");
        let of = LIVELY;
        history.silences.push(Change { of, value: false, by, begun, ended, has_failed: false, is_sure: true });
    });
}

#[test]
fn the_removal_of_no_reaction_may_be_no_change() {
    is_allowed(|history| {
        let last = history.revisions.last().expect("there are changes").ended;
        let mut revisions = history.revisions.iter();
        let sure =
            revisions.find(|revision| revision.what == Wish::React(None)).expect("a reaction was removed").clone();
        let message = history.stored.last().expect("there is a room")[REPLY].clone();
        let (id, by, outcome) = (id(REPLY), 1, Outcome::Acknowledged(message));
        history.revisions.insert(0, Revision { id, by, begun: last / 2, ended: last / 2, outcome, ..sure });
    });
}

#[test]
fn a_follower_that_misses_a_reaction_is_found() {
    is_found("a_follower_misses_no_change", |history: &mut History| {
        let last = history.followed[0]
            .steps
            .iter_mut()
            .rev()
            .find(|step| step.messages.iter().any(|message| message.id == id(REACTED)));
        let last: &mut Arc<Message> = &mut last.expect("it follows reactions").messages[0];
        *last = Arc::new(Message { id: id(UNSURE), reactions: Vec::new(), ..Message::clone(last) });
    });
}
