//! Histories with a wrong order, with holes and with incomplete pages.

use std::{sync::Arc, time::Duration};

use history::{Listing, Message, Outcome, Position, Scope, Sent, Stay};

use crate::support::{forget, is_allowed, is_found, middle, replaced, sent};

#[test]
fn a_room_in_another_order_is_found() {
    is_found("a_room_has_one_order", |history| history.stored[0].swap(1, 2));
}

#[test]
fn sequences_in_another_order_than_ids_are_found() {
    is_found("a_room_has_one_order", |history| {
        let [one, other] = [1, 2].map(|index| Arc::clone(&history.stored[0][index]));
        for (old, sequence) in [(&one, other.sequence), (&other, one.sequence)] {
            let new = history.see(Message { sequence, ..Message::clone(old) });
            replaced(&mut history.stored[0], old, &new);
        }
    });
}

#[test]
fn a_page_in_another_order_is_found() {
    is_found("a_room_has_one_order", |history| {
        let listing =
            history.listings.iter_mut().find(|listing| listing.messages.len() > 1).expect("a page is that long");
        listing.messages.reverse();
    });
}

#[test]
fn messages_of_different_rooms_may_have_one_id() {
    is_allowed(|history| {
        let message = middle(history);
        let (room, text) = (message.room + 1000, "elsewhere".to_owned());
        let send = Sent { room, text: text.clone(), outcome: Outcome::Unknown, ..sent(history, &message).clone() };
        let other = history.see(Message { room, text, sequence: 1, ..Message::clone(&message) });
        for user in other.receivers.iter().copied().chain([other.sender]) {
            let since = (Duration::ZERO, Duration::ZERO);
            history.stays.push(Stay { user, room: other.room, since, until: None, ..Stay::default() });
            for (_, listed) in history.everything.iter_mut().filter(|(of, _)| *of == user) {
                listed.push(Arc::clone(&other));
            }
        }
        let (user, scope, position, begun) = (other.sender, Scope::All, Position::Latest, Duration::ZERO);
        history.listings.push(Listing {
            user,
            scope,
            position,
            messages: vec![message, Arc::clone(&other)],
            begun,
            ended: begun,
        });
        history.stored.push(vec![other]);
        history.overviews.clear();
        history.sends.push(send);
    });
}

#[test]
fn a_hole_without_a_cause_is_found() {
    is_found("a_hole_has_a_cause", |history| {
        history.sends.iter_mut().for_each(|send| send.failed = 0);
        let message = middle(history);
        forget(history, &message);
    });
}

#[test]
fn a_hole_may_be_what_a_fault_left() {
    is_allowed(|history| {
        let message = middle(history);
        forget(history, &message);
        let send = sent(history, &message);
        send.outcome = Outcome::Unknown;
        history.faults += 1;
    });
}

#[test]
fn a_cursor_that_leaps_over_a_message_is_found() {
    is_found("a_page_skips_nothing", |history| {
        let leap =
            |listing: &&mut Listing| matches!(listing.position, Position::After(_)) && listing.messages.len() > 1;
        let listing = history.listings.iter_mut().find(leap).expect("a page goes forward");
        listing.messages.remove(0);
    });
}

#[test]
fn a_page_that_ends_early_is_allowed() {
    is_allowed(|history| {
        for listing in history.listings.iter_mut().filter(|listing| matches!(listing.position, Position::After(_))) {
            listing.messages.pop();
        }
    });
}

#[test]
fn an_old_message_that_a_page_leaves_out_is_found() {
    is_found("a_page_skips_nothing", |history| {
        let back = |listing: &&mut Listing| listing.position == Position::Latest && listing.messages.len() > 2;
        let listing = history.listings.iter_mut().find(back).expect("a page looks back");
        listing.messages.remove(1);
        listing.begun += Duration::from_mins(1);
    });
}

#[test]
fn a_message_on_its_way_may_be_missing_in_a_page_that_looks_back() {
    is_allowed(|history| {
        let back = |listing: &&mut Listing| listing.position == Position::Latest && listing.messages.len() > 2;
        let listing = history.listings.iter_mut().find(back).expect("a page looks back");
        listing.messages.remove(1);
        listing.begun = Duration::ZERO;
    });
}
