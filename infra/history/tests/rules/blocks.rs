//! Histories in which a message crosses a block.

use std::{sync::Arc, time::Duration};

use history::{History, Listing, Message, Position, Push, Scope, Signal, Time};

use crate::{
    good::DIRECT,
    support::{AT, is_allowed, is_found, sent},
};

/// A message that was sent during the block, and the user who must not see it.
fn hidden(history: &History) -> (Arc<Message>, u64) {
    let message = Arc::clone(&history.stored[usize::try_from(DIRECT).map_or(0, |room| room - 1)][5]);
    let other = 3 - message.sender;
    (message, other)
}

#[test]
fn a_push_to_the_blocker_is_found() {
    is_found("nothing_crosses_a_block", |history| {
        let (message, user) = hidden(history);
        history.pushes.push(Push { user, bound: None, message, at: AT });
    });
}

#[test]
fn a_message_that_is_listed_after_the_block_is_found() {
    for scope in [Scope::Room(DIRECT), Scope::All, Scope::Rooms] {
        is_found("nothing_crosses_a_block", |history| {
            let (message, user) = hidden(history);
            let (position, at) = (Position::Latest, Time::from_hours(1));
            history.listings.push(Listing { user, scope, position, messages: vec![message], begun: at, ended: at });
        });
    }
}

#[test]
fn a_message_that_was_sent_while_the_block_began_may_be_received_or_not() {
    is_allowed(|history| {
        let (message, user) = hidden(history);
        history.blocks[0].ended = sent(history, &message).ended;
        history.pushes.push(Push { user, bound: None, message, at: AT });
    });
}

#[test]
fn a_peer_who_lists_no_message_without_a_block_is_found() {
    for rule in ["a_page_skips_nothing", "whoever_resumes_has_everything"] {
        is_found(rule, |history| history.blocks.clear());
    }
}

#[test]
fn typing_during_the_block_is_found() {
    is_found("nobody_hears_of_a_foreign_room", |history| {
        let (user, by, kind) = (1, 2, "typing".to_owned());
        // Long before the signal, and never ended.
        history.blocks.truncate(1);
        let at = history.blocks[0].ended + Duration::from_mins(1);
        history.signals.push(Signal { user, by, room: DIRECT, kind, at: (at, at) });
    });
}
