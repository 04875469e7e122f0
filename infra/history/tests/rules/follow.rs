//! Histories in which a client that follows changes misses one, or in which a number is wrong.

use std::{sync::Arc, time::Duration};

use history::{Change, History, Message, Outcome, Revision, Scope, Step, Wish};

use crate::{
    good::good,
    lively::{CHANGES, DELETED, HIDDEN, LIVELY, REACTED, READERS, UNSURE, id, sender},
    support::{broken, is_allowed, is_found},
};

const RULE: &str = "a_follower_misses_no_change";

fn steps(history: &mut History) -> &mut Vec<Step> {
    &mut history.followed[0].steps
}

/// The place of the last step with a change.
const LAST: usize = 12;

/// Replaces the first steps by a list of the room after them.
fn lists_anew(history: &mut History, place: usize) {
    let step = steps(history)[place].clone();
    let is_next = |user, scope, begun| (user, scope) == (READERS[0], Scope::Room(LIVELY)) && begun > step.ended;
    let list = history.listings.iter().find(|list| is_next(list.user, list.scope, list.begun)).expect("a list");
    let (messages, ended) = (list.messages.clone(), list.ended);
    steps(history).drain(..=place);
    steps(history).insert(0, Step { after: 0, messages, is_anew: true, ended, ..step });
}

/// Removes messages from all steps.
fn forgets(steps: &mut [Step], is_forgotten: impl Fn(&Message) -> bool) {
    for step in steps {
        step.messages.retain(|message| !is_forgotten(message));
    }
}

#[test]
fn a_change_that_a_number_has_passed_is_found() {
    for place in 0..usize::try_from(CHANGES).expect("they are few") - 1 {
        is_found(RULE, |history| {
            // Later reactions show the earlier ones.
            let id = steps(history)[place].messages[0].id;
            forgets(steps(history), |message| message.id == id);
        });
    }
}

#[test]
fn a_change_may_come_later_if_there_is_more_or_if_it_is_not_acknowledged() {
    is_allowed(|history| {
        let late = steps(history)[0].messages.clone();
        steps(history)[0] = Step { messages: Vec::new(), is_all: false, change: 0, ..steps(history)[0].clone() };
        steps(history)[1].messages.extend(late);
    });
    is_allowed(|history| {
        steps(history)[0].messages.clear();
        let first = history.revisions.first_mut().expect("there is a change");
        (first.outcome, first.failed) = (Outcome::Unknown, 1);
    });
}

#[test]
fn an_answer_that_waits_for_a_change_on_its_way_may_lack_others() {
    // Later reactions show the earlier ones.
    let forgets_first = |history: &mut History| {
        let id = steps(history)[0].messages[0].id;
        forgets(steps(history), |message| message.id == id);
    };
    is_found(RULE, forgets_first);
    is_allowed(|history| {
        forgets_first(history);
        for step in steps(history) {
            (step.after, step.change) = (0, 0);
        }
        // Nor does the client reach the end, and its answers repeat the same numbers.
        history.followed[0].is_caught_up = false;
    });
}

#[test]
fn a_list_anew_may_end_at_a_hole() {
    is_allowed(|history| {
        lists_anew(history, LAST);
        steps(history)[0].messages.retain(|message| message.id < id(REACTED));
    });
}

#[test]
fn a_client_that_lists_the_room_anew_has_all_that_is_not_hidden() {
    for place in 0..LAST {
        is_allowed(|history| lists_anew(history, place));
    }
    is_found(RULE, |history| {
        lists_anew(history, LAST);
        steps(history)[0].messages.retain(|message| message.id != id(REACTED));
    });
}

#[test]
fn a_message_that_its_hider_has_listed_anew_and_still_sees_is_found() {
    // The list ended before the deletion for oneself.
    is_found(RULE, |history| {
        lists_anew(history, 0);
        forgets(steps(history), |message| message.hidden);
    });
    // The list has the message.
    is_found(RULE, |history| {
        let sent = history.listings.iter().flat_map(|list| &list.messages).find(|message| message.id == id(HIDDEN));
        let sent = sent.expect("it was listed").clone();
        lists_anew(history, HIDDEN);
        steps(history)[0].messages.push(sent);
    });
}

#[test]
fn a_list_anew_leaves_out_a_deleted_message_that_its_user_has_deleted_for_themselves_before() {
    let leaves_out = |history: &mut History| {
        lists_anew(history, LAST);
        steps(history)[0].messages.retain(|message| message.id != id(DELETED));
    };
    is_found(RULE, leaves_out);
    is_allowed(|history| {
        leaves_out(history);
        let deletion = history.revisions.iter().find(|revision| revision.id == id(DELETED)).expect("it was deleted");
        let (by, what, outcome, failed) = (READERS[0], Wish::Hide, Outcome::Unknown, 1);
        history.revisions.push(Revision { by, what, outcome, failed, ..deletion.clone() });
    });
}

#[test]
fn a_message_that_its_hider_does_not_hear_of_is_found() {
    is_found(RULE, |history| {
        forgets(steps(history), |message| message.hidden);
    });
    // The other one sees no change.
    is_allowed(|history| {
        forgets(&mut history.followed[1].steps, |message| message.id == id(HIDDEN));
    });
}

#[test]
fn a_list_anew_leaves_out_what_its_user_has_deleted_before_if_they_delete_it_again() {
    let again = |history: &mut History| {
        let begun = steps(history)[0].ended + Duration::from_millis(1);
        let hidden = history.revisions.iter().find(|revision| revision.what == Wish::Hide).expect("it was hidden");
        Revision { begun, ended: begun, ..hidden.clone() }
    };
    is_allowed(|history| {
        lists_anew(history, LAST);
        let again = again(history);
        history.revisions.push(again);
    });
    is_found(RULE, |history| {
        lists_anew(history, LAST);
        let again = again(history);
        history.revisions.retain(|revision| revision.what != Wish::Hide);
        history.revisions.push(again);
    });
}

#[test]
fn a_reaction_that_repeats_one_behind_a_block_may_be_withheld() {
    let is_missed = |is_blocked: bool| {
        let mut history = good(0);
        let by = READERS[0];
        history.directs.insert(LIVELY, [by, READERS[1]]);
        let mut reactions = history.revisions.iter().filter(|revision| (revision.by, revision.id) == (by, id(REACTED)));
        let first = reactions.next().expect("they react").clone();
        let [begun, ended] = [first.ended, first.ended + Duration::from_millis(1)];
        if is_blocked {
            for (value, at) in [(true, first.begun.saturating_sub(Duration::from_secs(30))), (false, begun)] {
                let of = (READERS[1], by);
                history.blocks.push(Change {
                    of,
                    value,
                    by: of.0,
                    begun: at,
                    ended: at,
                    has_failed: false,
                    is_sure: true,
                });
            }
        }
        let later = Duration::from_mins(1);
        history.revisions.push(Revision { begun: begun + later, ended: ended + later, ..first });
        history.revisions.retain(|revision| revision.id != id(REACTED) || revision.by == by);
        forgets(&mut history.followed[1].steps, |message| message.id == id(REACTED));
        broken(&history).contains(RULE)
    };
    assert!(!is_missed(true));
    assert!(is_missed(false));
}

#[test]
fn a_client_that_stops_before_the_end_is_found() {
    let stops = |history: &mut History| steps(history).truncate(LAST);
    is_found("a_follower_reaches_the_end", stops);
    is_allowed(|history| {
        stops(history);
        history.followed[0].is_caught_up = false;
    });
}

#[test]
fn a_number_with_two_meanings_is_found() {
    is_found("a_number_has_one_meaning", |history| {
        let news = history.news.first_mut().expect("there is an event");
        news.meaning.push('!');
    });
}

#[test]
fn a_list_that_goes_backwards_or_has_a_message_twice_is_found() {
    let rule = "a_list_of_changes_goes_forwards";
    is_found(rule, |history| steps(history)[3].change = 2);
    is_found(rule, |history| {
        let again = steps(history)[3].messages[0].clone();
        steps(history)[3].messages.push(again);
    });
    // The client lists the room anew, from a settled number.
    is_allowed(|history| {
        let first = steps(history)[0].clone();
        let step = Step { after: first.change + 1, messages: Vec::new(), is_all: false, is_anew: true, ..first };
        steps(history).insert(1, step);
    });
}

#[test]
fn an_outdated_number_of_a_room_is_found() {
    is_found("a_room_has_its_newest_number", |history| {
        let mut rooms = history.overviews.iter_mut().flat_map(|overview| &mut overview.rooms);
        rooms.find(|room| room.room == LIVELY).expect("it is listed").changes -= 1;
    });
}

#[test]
fn more_numbers_than_calls_are_found_unless_faults_caused_them() {
    let more = |history: &mut History| {
        let rooms = history.overviews.iter_mut().flat_map(|overview| &mut overview.rooms);
        rooms.filter(|room| room.room == LIVELY).for_each(|room| room.changes += 10);
    };
    is_found("a_number_has_a_cause", more);
    is_allowed(|history| {
        more(history);
        history.faults = 10;
    });
}

/// Adds a refused reaction with a number, in a room in which the others explain all numbers.
fn refuses_late(history: &mut History, id: u64) {
    history.revisions.retain(Revision::is_sure);
    let of = |revision: &&Revision| revision.id == id;
    let like = history.revisions.iter().find(of).or(history.revisions.last()).expect("there are changes").clone();
    let what = Wish::React(Some("👍".to_owned()));
    history.revisions.push(Revision { by: 4, id, what, outcome: Outcome::Refused, ..like });
    let rooms = history.overviews.iter_mut().flat_map(|overview| &mut overview.rooms);
    rooms.filter(|room| room.room == LIVELY).for_each(|room| room.changes += 1);
}

#[test]
fn a_number_of_a_refused_call_is_found_unless_it_met_a_deletion() {
    is_found("a_number_has_a_cause", |history| refuses_late(history, id(UNSURE)));
    is_allowed(|history| refuses_late(history, id(DELETED)));
}

#[test]
fn a_block_that_has_withheld_an_edit_lowers_the_versions_of_its_receiver() {
    let is_missed = |is_direct: bool, change: fn(&mut Message)| {
        let mut history = good(0);
        if is_direct {
            history.directs.insert(LIVELY, [sender(DELETED), READERS[1]]);
        }
        for step in &mut history.followed[1].steps {
            for message in step.messages.iter_mut().filter(|message| message.id == id(DELETED)) {
                change(Arc::make_mut(message));
            }
        }
        broken(&history).contains(RULE)
    };
    assert!(!is_missed(true, |message| message.version -= 1));
    assert!(is_missed(false, |message| message.version -= 1));
    assert!(is_missed(true, |message| (message.version, message.deleted_by) = (1, None)));
}
