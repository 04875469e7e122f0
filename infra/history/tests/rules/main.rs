//! Each rule finds what it is for, and finds nothing in a history that is as it should be, or only odd.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a panic is a failed test")]

mod good;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use good::good;
use history::{History, Listing, Message, Outcome, Position, Push, Scope, Sent, Stay, View, check};

/// How many histories each rule is tried on.
const SEEDS: u64 = 30;

/// The rules that a history breaks.
fn broken(history: &History) -> BTreeSet<&'static str> {
    check(history).iter().map(|violation| violation.rule).collect()
}

/// Asserts that a change to a good history is found by a rule, whatever the history. Others may find it as well.
#[track_caller]
fn is_found(rule: &str, change: impl Fn(&mut History)) {
    for seed in 0..SEEDS {
        let mut history = good(seed);
        change(&mut history);
        let broken = broken(&history);
        assert!(broken.contains(rule), "seed {seed}: {broken:?}");
    }
}

/// Asserts that a change to a good history is one that may happen.
#[track_caller]
fn is_allowed(change: impl Fn(&mut History)) {
    for seed in 0..SEEDS {
        let mut history = good(seed);
        change(&mut history);
        assert_eq!(check(&history), [], "seed {seed}");
    }
}

/// A message in the middle of the first room.
fn middle(history: &History) -> Arc<Message> {
    let room = &history.stored[0];
    Arc::clone(&room[room.len() / 2])
}

/// How a message was sent.
fn sent<'a>(history: &'a mut History, message: &Message) -> &'a mut Sent {
    history.sends.iter_mut().find(|send| send.text == message.text).expect("it was sent")
}

/// Another version of a message, wherever it was seen.
fn replaced(list: &mut [Arc<Message>], old: &Message, new: &Arc<Message>) {
    list.iter_mut().filter(|message| ***message == *old).for_each(|message| *message = Arc::clone(new));
}

fn removed(list: &mut Vec<Arc<Message>>, message: &Message) {
    list.retain(|other| **other != *message);
}

/// A message that nobody has seen yet, as if it had been stored last in the first room.
fn one_more(history: &mut History, change: impl FnOnce(&mut Message)) -> Arc<Message> {
    let last = history.stored[0].last().expect("the room has messages");
    let mut message = Message { id: last.id + 1, sequence: last.sequence + 1, ..Message::clone(last) };
    change(&mut message);
    let message = history.see(message);
    history.stored[0].push(Arc::clone(&message));
    message
}

/// Takes a message out of what is stored and out of everything that was seen, but not out of what was acknowledged.
fn forget(history: &mut History, message: &Message) {
    history.stored.iter_mut().for_each(|list| removed(list, message));
    history.everything.iter_mut().for_each(|(_, list)| removed(list, message));
    history.listings.iter_mut().for_each(|listing| removed(&mut listing.messages, message));
    history.views.iter_mut().for_each(|view| removed(&mut view.messages, message));
    history.pushes.retain(|push| *push.message != *message);
}

#[test]
fn a_good_history_is_good() {
    is_allowed(|_| {});
}

#[test]
fn a_push_may_be_missed() {
    is_allowed(|history| history.pushes.clear());
}

#[test]
fn a_push_may_come_twice_and_in_any_order() {
    is_allowed(|history| {
        let again: Vec<_> = history.pushes.iter().rev().cloned().collect();
        history.pushes.extend(again);
    });
}

#[test]
fn what_was_acknowledged_and_is_gone_is_found() {
    is_found("acknowledged_is_stored", |history| forget(history, &middle(history)));
}

#[test]
fn what_was_acknowledged_with_another_sequence_is_found() {
    is_found("acknowledged_is_stored", |history| {
        let message = middle(history);
        let other = history.see(Message { sequence: message.sequence + 1, ..Message::clone(&message) });
        let send = sent(history, &message);
        send.outcome = Outcome::Acknowledged(other);
    });
}

#[test]
fn a_push_of_what_is_not_stored_is_found() {
    is_found("what_is_seen_is_stored", |history| {
        let message = middle(history);
        let other = history.see(Message { id: message.id + 1, ..Message::clone(&message) });
        history.pushes.push(Push { user: message.sender, bound: None, message: other });
    });
}

#[test]
fn a_list_with_another_text_is_found() {
    is_found("what_is_seen_is_stored", |history| {
        let message = middle(history);
        let other = history.see(Message { text: "garbled".to_owned(), ..Message::clone(&message) });
        let listing =
            history.listings.iter_mut().find(|listing| listing.messages.contains(&message)).expect("it was listed");
        replaced(&mut listing.messages, &message, &other);
    });
}

#[test]
fn a_message_that_nobody_sent_is_found() {
    is_found("what_is_stored_was_sent", |history| {
        one_more(history, |message| message.text = "nobody's".to_owned());
    });
}

#[test]
fn a_message_in_the_name_of_another_is_found() {
    is_found("what_is_stored_was_sent", |history| {
        let message = middle(history);
        let send = sent(history, &message);
        send.sender += 1;
    });
}

#[test]
fn a_doubled_message_is_found() {
    is_found("none_is_doubled", |history| {
        let named = history.stored[0].iter().find(|message| message.client_id.is_some());
        let Message { sender, client_id, text, .. } = Message::clone(named.expect("some have a client id"));
        one_more(history, |message| *message = Message { sender, client_id, text, ..message.clone() });
    });
}

#[test]
fn a_message_without_a_client_id_may_be_doubled() {
    for seed in 0..SEEDS {
        let mut history = good(seed);
        one_more(&mut history, |message| message.client_id = None);
        assert!(!broken(&history).contains("none_is_doubled"), "seed {seed}");
    }
}

#[test]
fn what_was_refused_and_is_there_is_found() {
    is_found("what_is_refused_is_not_stored", |history| {
        let message = middle(history);
        let send = sent(history, &message);
        send.outcome = Outcome::Refused;
    });
}

#[test]
fn what_is_unknown_may_be_there_or_not() {
    for gone in [false, true] {
        is_allowed(|history| {
            let message = middle(history);
            let send = sent(history, &message);
            send.outcome = Outcome::Unknown;
            send.failed += 1;
            if gone {
                forget(history, &message);
            }
        });
    }
}

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

#[test]
fn a_push_to_a_stranger_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = middle(history);
        history.pushes.push(Push { user: 999, bound: None, message });
    });
}

#[test]
fn a_push_on_a_socket_for_another_room_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = middle(history);
        history.pushes.push(Push { user: message.sender, bound: Some(message.room + 1), message });
    });
}

#[test]
fn a_list_of_all_rooms_with_a_message_to_others_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = middle(history);
        let begun = Duration::from_secs(1);
        let listing =
            Listing { user: 999, scope: Scope::All, position: Position::Latest, messages: vec![message], begun };
        history.listings.push(listing);
    });
}

#[test]
fn a_receiver_who_was_never_there_is_found() {
    is_found("the_audience_is_who_was_there", |history| {
        one_more(history, |message| message.receivers.push(999));
    });
}

#[test]
fn a_receiver_who_had_left_before_is_found() {
    is_found("the_audience_is_who_was_there", |history| {
        let message = middle(history);
        let send = sent(history, &message).begun;
        let before = send.checked_sub(Duration::from_millis(1)).expect("nobody sends at once");
        for stay in history.stays.iter_mut().filter(|stay| stay.user == message.receivers[0]) {
            (stay.since, stay.until) = ((Duration::ZERO, Duration::ZERO), Some((before, before)));
        }
    });
}

#[test]
fn whoever_leaves_meanwhile_may_be_a_receiver_or_not() {
    is_allowed(|history| {
        let message = middle(history);
        let begun = sent(history, &message).begun;
        // Somebody who is a receiver of none before and of all after, or the other way round.
        for user in [998, 999] {
            let since = (Duration::ZERO, begun + Duration::from_millis(1));
            let until = Some((Duration::ZERO, Duration::from_hours(1)));
            history.stays.push(Stay { user, room: message.room, since, until });
        }
        let told = history.see(Message {
            receivers: message.receivers.iter().copied().chain([999]).collect(),
            ..Message::clone(&message)
        });
        history.stored.iter_mut().for_each(|list| replaced(list, &message, &told));
        history.everything.iter_mut().for_each(|(_, list)| replaced(list, &message, &told));
        history.listings.iter_mut().for_each(|listing| replaced(&mut listing.messages, &message, &told));
        history.views.iter_mut().for_each(|view| replaced(&mut view.messages, &message, &told));
        for push in history.pushes.iter_mut().filter(|push| push.message == message) {
            push.message = Arc::clone(&told);
        }
        let send = sent(history, &message);
        send.outcome = Outcome::Acknowledged(told);
    });
}

#[test]
fn a_member_who_is_left_out_is_found() {
    is_found("the_audience_is_who_was_there", |history| {
        one_more(history, |message| {
            message.receivers.pop();
        });
    });
}

/// Whatever single thing is changed in what is stored, or leaks into what was seen, some rule finds it.
#[test]
fn no_single_change_goes_unnoticed() {
    for seed in 0..200 {
        let mut history = good(seed);
        let mut random = fastrand::Rng::with_seed(seed);
        let room = random.usize(..history.stored.len());
        let place = random.usize(..history.stored[room].len() - 1);
        let message = Arc::clone(&history.stored[room][place]);
        match random.u8(..5) {
            0 => drop(history.stored[room].remove(place)),
            1 => history.stored[room].insert(place, message),
            2 => history.stored[room].swap(place, place + 1),
            3 => history.pushes.push(Push { user: 999, bound: None, message }),
            _ => {
                let view = history.views.iter_mut().find(|view| view.room == message.room).expect("there is a view");
                removed(&mut view.messages, &message);
            }
        }
        assert!(!check(&history).is_empty(), "seed {seed}");
    }
}
