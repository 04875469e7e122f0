//! Histories in which somebody sees a wrong quote.

use std::{sync::Arc, time::Duration};

use history::{History, Message, Outcome, Quote, Revision, Stay, Time, Wish};

use crate::{
    good::{CLOSED, WANDERER, good},
    support::{broken, is_allowed, is_found, replaced, sent},
};

const RULE: &str = "a_quote_shows_what_its_reader_can_list";

/// Makes a message of a room a reply to an earlier one, and returns its quote for a user at a time.
fn quote(history: &mut History, room: u64, user: u64, at: Time) -> Quote {
    let stored = &history.stored[usize::try_from(room).expect("a room has an index") - 1];
    let (original, plain) = (Arc::clone(&stored[1]), Arc::clone(&stored[4]));
    let reply = history.see(Message { reply_to: Some(original.id), ..Message::clone(&plain) });
    history.stored.iter_mut().for_each(|list| replaced(list, &plain, &reply));
    history.everything.iter_mut().for_each(|(_, list)| replaced(list, &plain, &reply));
    history.listings.iter_mut().for_each(|listing| replaced(&mut listing.messages, &plain, &reply));
    history.views.iter_mut().for_each(|view| replaced(&mut view.messages, &plain, &reply));
    for push in history.pushes.iter_mut().filter(|push| push.message == plain) {
        push.message = Arc::clone(&reply);
    }
    let send = sent(history, &plain);
    (send.reply_to, send.outcome) = (Some(original.id), Outcome::Acknowledged(Arc::clone(&reply)));
    let Message { id, sender, text, .. } = Message::clone(&original);
    Quote { user, room, reply: reply.id, id, sender, text, begun: at, ended: at }
}

fn since(history: &mut History, room: u64) -> Time {
    let mut stays = history.stays.iter_mut();
    let stay: Option<&mut Stay> = stays.find(|stay| (stay.user, stay.room) == (WANDERER, room));
    stay.expect("the wanderer was there").since.1
}

#[test]
fn a_quote_of_what_was_sent_is_allowed() {
    is_allowed(|history| {
        let user = history.stored[0][0].sender;
        let quote = quote(history, 1, user, Time::ZERO);
        history.quotes.push(quote);
    });
}

#[test]
fn a_quote_with_another_text_or_sender_or_of_another_message_is_found() {
    for change in [
        |quote: &mut Quote| quote.text.push('!'),
        |quote: &mut Quote| quote.sender += 1,
        |quote: &mut Quote| quote.id += 1,
        |quote: &mut Quote| quote.reply += 1,
    ] {
        is_found(RULE, |history| {
            let user = history.stored[0][0].sender;
            let mut quote = quote(history, 1, user, Time::ZERO);
            change(&mut quote);
            history.quotes.push(quote);
        });
    }
}

#[test]
fn a_quote_of_an_edit_that_nobody_listed_is_allowed_after_its_beginning() {
    let edited = |by: u64, begun: Time| {
        move |history: &mut History| {
            let user = history.stored[0][0].sender;
            let mut quote = quote(history, 1, user, Time::ZERO);
            "soon replaced".clone_into(&mut quote.text);
            let (by, room, id, ended) = (quote.sender + by, 1, quote.id, begun);
            let what = Wish::Edit(quote.text.clone(), None);
            history.revisions.push(Revision { by, room, id, what, begun, ended, failed: 1, outcome: Outcome::Unknown });
            history.quotes.push(quote);
        }
    };
    is_allowed(edited(0, Time::ZERO));
    is_found(RULE, edited(1, Time::ZERO));
    is_found(RULE, edited(0, Duration::from_millis(1)));
}

#[test]
fn a_quote_from_before_is_found_in_a_closed_room_only() {
    for room in [1, CLOSED] {
        let mut history = good(1);
        let since = since(&mut history, room) + Duration::from_millis(1);
        let quote = quote(&mut history, room, WANDERER, since);
        history.quotes.push(quote);
        assert_eq!(broken(&history).contains(RULE), room == CLOSED, "room {room}");
    }
}

#[test]
fn a_reply_to_another_message_than_was_sent_is_found() {
    is_found("what_is_stored_was_sent", |history| {
        let user = history.stored[0][0].sender;
        let quote = quote(history, 1, user, Time::ZERO);
        let reply = history.stored[0].iter().find(|message| message.id == quote.reply).cloned();
        sent(history, &reply.expect("it is stored")).reply_to = None;
    });
}
