//! Histories whose stored messages differ from the sent and the seen ones.

use std::time::Duration;

use history::{Message, Outcome, Push, Stay};

use crate::{
    good::good,
    support::{AT, SEEDS, broken, forget, is_allowed, is_found, middle, one_more, replaced, sent},
};

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
        history.pushes.push(Push { user: message.sender, bound: None, message: other, at: AT });
    });
}

#[test]
fn a_list_with_another_text_is_found() {
    is_found("a_version_has_one_content", |history| {
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
fn what_was_refused_may_be_there_where_its_sender_was_coming_or_going() {
    is_allowed(|history| {
        let message = middle(history);
        let send = sent(history, &message);
        send.outcome = Outcome::Refused;
        let left = (send.begun, send.ended);
        let came = send.ended + Duration::from_millis(2);
        let (user, room) = (message.sender, message.room);
        let stay = history.stays.iter_mut().find(|stay| (stay.user, stay.room) == (user, room));
        stay.expect("the sender was there").until = Some(left);
        history.stays.push(Stay { user, room, since: (came, came), until: None, ..Stay::default() });
        // A member who comes back has no role.
        history.overviews.clear();
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
