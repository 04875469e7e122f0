//! Changes to histories, and assertions about the changed ones.

use std::{collections::BTreeSet, sync::Arc};

use history::{History, Message, Sent, Time, check};

use crate::good::good;

/// The number of histories for each test.
pub const SEEDS: u64 = 30;

/// The time of a push that a test adds.
pub const AT: (Time, Time) = (Time::from_hours(1), Time::from_hours(1));

/// Returns the rules that a history breaks.
pub fn broken(history: &History) -> BTreeSet<&'static str> {
    check(history).iter().map(|violation| violation.rule).collect()
}

/// Asserts that a rule finds a change to each good history. Other rules may find it too.
#[track_caller]
pub fn is_found(rule: &str, change: impl Fn(&mut History)) {
    for seed in 0..SEEDS {
        let mut history = good(seed);
        change(&mut history);
        let broken = broken(&history);
        assert!(broken.contains(rule), "seed {seed}: {broken:?}");
    }
}

/// Asserts that no rule objects to a change to a good history.
#[track_caller]
pub fn is_allowed(change: impl Fn(&mut History)) {
    for seed in 0..SEEDS {
        let mut history = good(seed);
        change(&mut history);
        assert_eq!(check(&history), [], "seed {seed}");
    }
}

/// A message in the middle of the first room.
pub fn middle(history: &History) -> Arc<Message> {
    let room = &history.stored[0];
    Arc::clone(&room[room.len() / 2])
}

/// The send of a message.
pub fn sent<'a>(history: &'a mut History, message: &Message) -> &'a mut Sent {
    history.sends.iter_mut().find(|send| send.text == message.text).expect("it was sent")
}

/// Replaces a message in a list by another version.
pub fn replaced(list: &mut [Arc<Message>], old: &Message, new: &Arc<Message>) {
    list.iter_mut().filter(|message| ***message == *old).for_each(|message| *message = Arc::clone(new));
}

pub fn removed(list: &mut Vec<Arc<Message>>, message: &Message) {
    list.retain(|other| **other != *message);
}

/// Stores one more message in the first room, which no client has seen.
pub fn one_more(history: &mut History, change: impl FnOnce(&mut Message)) -> Arc<Message> {
    let last = history.stored[0].last().expect("the room has messages");
    let mut message = Message { id: last.id + 1, sequence: last.sequence + 1, ..Message::clone(last) };
    change(&mut message);
    let message = history.see(message);
    history.stored[0].push(Arc::clone(&message));
    message
}

/// Removes a message from the stored and the seen ones, but not from the acknowledged ones.
pub fn forget(history: &mut History, message: &Message) {
    history.stored.iter_mut().for_each(|list| removed(list, message));
    history.everything.iter_mut().for_each(|(_, list)| removed(list, message));
    history.listings.iter_mut().for_each(|listing| removed(&mut listing.messages, message));
    history.views.iter_mut().for_each(|view| removed(&mut view.messages, message));
    history.pushes.retain(|push| *push.message != *message);
}
