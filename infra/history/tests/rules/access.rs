//! Histories in which somebody sees a room or a message that is hidden from them.

use std::{sync::Arc, time::Duration};

use history::{GOES_ON_FOR, History, Listing, Position, Push, Scope, Signal, Stay, Time, Visit};

use crate::{
    good::{CLOSED, WANDERER, good},
    support::{AT, broken, is_allowed, is_found},
};

/// A page that a user gets of a room at a time.
fn page(history: &mut History, user: u64, room: u64, number: usize, at: Time) {
    let message = Arc::clone(&history.stored[usize::try_from(room).map_or(0, |room| room - 1)][number]);
    let (scope, position, messages) = (Scope::Room(room), Position::Latest, vec![message]);
    history.listings.push(Listing { user, scope, position, messages, begun: at, ended: at });
}

fn stay(history: &mut History, room: u64) -> &mut Stay {
    let mut stays = history.stays.iter_mut();
    stays.find(|stay| (stay.user, stay.room) == (WANDERER, room)).expect("the wanderer was there")
}

#[test]
fn a_page_for_a_stranger_is_found() {
    is_found("nobody_lists_what_is_hidden", |history| page(history, 999, 1, 0, Time::from_mins(1)));
}

#[test]
fn a_page_after_a_removal_is_found() {
    is_found("nobody_lists_what_is_hidden", |history| {
        let gone = stay(history, 1).until.expect("the wanderer has left").1;
        page(history, WANDERER, 1, 5, gone + Duration::from_millis(1));
    });
}

#[test]
fn a_page_while_somebody_is_removed_is_allowed() {
    is_allowed(|history| {
        let gone = stay(history, 1).until.expect("the wanderer has left").1;
        page(history, WANDERER, 1, 5, gone);
    });
}

#[test]
fn a_message_from_before_is_found_in_a_closed_room_only() {
    for room in [1, CLOSED] {
        let mut history = good(1);
        let since = stay(&mut history, room).since.1;
        page(&mut history, WANDERER, room, 2, since);
        assert_eq!(broken(&history).contains("nobody_lists_what_is_hidden"), room == CLOSED, "room {room}");
    }
}

#[test]
fn a_newcomer_may_see_as_many_messages_as_they_were_given() {
    for (number, is_allowed) in [(1, true), (0, false)] {
        let mut history = good(1);
        let stay = stay(&mut history, CLOSED);
        (stay.sees.given, stay.until) = ((2, stay.since.0), None);
        let since = stay.since.1;
        page(&mut history, WANDERER, CLOSED, number, since);
        assert_eq!(!broken(&history).contains("nobody_lists_what_is_hidden"), is_allowed, "message {number}");
    }
}

#[test]
fn an_old_message_at_the_end_of_a_list_of_rooms_is_found() {
    is_found("nobody_lists_what_is_hidden", |history| {
        let since = stay(history, CLOSED).since.1;
        page(history, WANDERER, CLOSED, 0, since);
        history.listings.last_mut().expect("a page").scope = Scope::Rooms;
    });
}

#[test]
fn a_page_that_lacks_a_visible_message_is_found_in_a_closed_room() {
    is_found("a_page_skips_nothing", |history| {
        let mut pages = history.listings.iter_mut();
        let page = pages.find(|page| page.user == WANDERER && page.scope == Scope::Room(CLOSED));
        page.expect("the wanderer has listed").messages.remove(1);
    });
}

#[test]
fn a_push_of_a_message_that_was_sent_after_a_removal_is_found() {
    is_found("only_the_audience_is_told", |history| {
        let message = Arc::clone(history.stored[0].last().expect("the room has messages"));
        history.pushes.push(Push { user: WANDERER, bound: None, message, at: AT });
    });
}

#[test]
fn a_call_about_a_room_after_a_removal_is_found() {
    is_found("nobody_visits_a_foreign_room", |history| {
        let at = stay(history, 1).until.expect("the wanderer has left").1 + Duration::from_millis(1);
        history.visits.push(Visit { user: WANDERER, room: 1, call: "list-members", begun: at, ended: at });
    });
}

#[test]
fn a_room_that_is_listed_after_a_removal_is_found() {
    is_found("a_user_lists_their_own_rooms", |history| {
        let mut overviews = history.overviews.iter_mut();
        let room = overviews.find(|overview| overview.user == 1).expect("an overview").rooms[0].clone();
        let mut overviews = history.overviews.iter_mut();
        overviews.find(|overview| overview.user == WANDERER).expect("an overview").rooms.push(room);
    });
}

#[test]
fn a_room_that_is_missing_in_the_list_of_a_member_is_found() {
    is_found("a_user_lists_their_own_rooms", |history| drop(history.overviews[0].rooms.remove(0)));
}

#[test]
fn a_room_that_no_client_knows_may_be_listed() {
    is_allowed(|history| {
        let mut room = history.overviews[0].rooms[0].clone();
        room.room = 999;
        history.overviews[0].rooms.push(room);
    });
}

#[test]
fn an_event_for_somebody_who_was_removed_long_ago_is_found() {
    for (late, is_allowed) in [(GOES_ON_FOR, true), (GOES_ON_FOR * 2, false)] {
        let mut history = good(1);
        let at = stay(&mut history, 1).until.expect("the wanderer has left").1 + late;
        history.signals.push(Signal { user: WANDERER, by: 1, room: 1, kind: "typing".to_owned(), at: (at, at) });
        assert_eq!(!broken(&history).contains("nobody_hears_of_a_foreign_room"), is_allowed, "{late:?}");
    }
}

#[test]
fn the_rooms_that_are_gone_are_known_by_what_was_seen_of_them() {
    is_allowed(|history| {
        let at = history.overviews[0].begun.checked_sub(Duration::from_millis(1)).unwrap();
        history.stays.iter_mut().filter(|stay| stay.room == 1).for_each(|stay| {
            stay.until.get_or_insert((at, at));
        });
        history.gone.insert(1);
        history.stored.remove(0);
        history.visits.clear();
        history.overviews.iter_mut().for_each(|overview| overview.rooms.retain(|room| room.room != 1));
        history.everything.iter_mut().for_each(|(_, list)| list.retain(|message| message.room != 1));
    });
}
