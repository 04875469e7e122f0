//! Histories with a wrong audience.

use std::{sync::Arc, time::Duration};

use history::{History, Listing, Message, Outcome, Position, Push, Scope, Sent, Stay};

use crate::{
    good::good,
    support::{AT, broken, is_allowed, is_found, middle, one_more, replaced, sent},
};

#[test]
fn a_push_to_a_stranger_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = middle(history);
        history.pushes.push(Push { user: 999, bound: None, message, at: AT });
    });
}

#[test]
fn a_push_on_a_socket_for_another_room_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = middle(history);
        history.pushes.push(Push { user: message.sender, bound: Some(message.room + 1), message, at: AT });
    });
}

#[test]
fn a_list_of_all_rooms_with_a_message_to_others_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = middle(history);
        let begun = Duration::from_secs(1);
        let listing = Listing {
            user: 999,
            scope: Scope::All,
            position: Position::Latest,
            messages: vec![message],
            begun,
            ended: begun,
        };
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
        // Both users may have been in the room, but only one of them is a receiver.
        for user in [998, 999] {
            let since = (Duration::ZERO, begun + Duration::from_millis(1));
            let until = Some((Duration::ZERO, Duration::from_hours(1)));
            history.stays.push(Stay { user, room: message.room, since, until, ..Stay::default() });
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
fn a_double_may_be_to_somebody_who_came_after_the_acknowledgement() {
    for (seconds, is_allowed) in [(1, true), (60, false)] {
        let mut history = good(1);
        let message = middle(&history);
        one_more(&mut history, |double| {
            let receivers = message.receivers.iter().copied().chain([999]).collect();
            *double = Message { id: double.id, sequence: double.sequence, receivers, ..Message::clone(&message) };
        });
        let came = sent(&mut history, &message).ended + Duration::from_secs(seconds);
        let stay = Stay { user: 999, room: message.room, since: (came, came), until: None, ..Stay::default() };
        history.stays.push(stay);
        assert_eq!(broken(&history).contains("the_audience_is_who_was_there"), !is_allowed, "{seconds} s");
    }
}

#[test]
fn a_member_who_is_refused_is_found() {
    is_found("no_member_is_refused", |history| {
        refused(history);
    });
}

#[test]
fn whoever_leaves_meanwhile_may_be_refused() {
    is_allowed(|history| {
        // A member who comes back has no role.
        history.overviews.clear();
        let Sent { sender, room, begun, ended, .. } = refused(history);
        let stay = history.stays.iter_mut().find(|stay| (stay.user, stay.room) == (sender, room));
        stay.expect("the sender was there").until = Some((begun, ended));
        let came = ended + Duration::from_millis(1);
        history.stays.push(Stay { user: sender, room, since: (came, came), until: None, ..Stay::default() });
    });
}

/// Adds a message that is refused.
fn refused(history: &mut History) -> Sent {
    let message = middle(history);
    let send = Sent { text: "refused".to_owned(), outcome: Outcome::Refused, ..sent(history, &message).clone() };
    history.sends.push(send.clone());
    send
}

#[test]
fn a_member_who_is_left_out_is_found() {
    is_found("the_audience_is_who_was_there", |history| {
        one_more(history, |message| {
            message.receivers.pop();
        });
    });
}
