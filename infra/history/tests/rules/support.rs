//! Histories that are changed, and what is asserted of them.

use std::{collections::BTreeSet, sync::Arc};

use history::{History, Message, Sent, check};

use crate::good::good;

/// How many histories each rule is tried on.
pub const SEEDS: u64 = 30;

/// The rules that a history breaks.
pub fn broken(history: &History) -> BTreeSet<&'static str> {
    check(history).iter().map(|violation| violation.rule).collect()
}

/// Asserts that a change to a good history is found by a rule, whatever the history. Others may find it as well.
#[track_caller]
pub fn is_found(rule: &str, change: impl Fn(&mut History)) {
    for seed in 0..SEEDS {
        let mut history = good(seed);
        change(&mut history);
        let broken = broken(&history);
        assert!(broken.contains(rule), "seed {seed}: {broken:?}");
    }
}

/// Asserts that a change to a good history is one that may happen.
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

/// How a message was sent.
pub fn sent<'a>(history: &'a mut History, message: &Message) -> &'a mut Sent {
    history.sends.iter_mut().find(|send| send.text == message.text).expect("it was sent")
}

/// Another version of a message, wherever it was seen.
pub fn replaced(list: &mut [Arc<Message>], old: &Message, new: &Arc<Message>) {
    list.iter_mut().filter(|message| ***message == *old).for_each(|message| *message = Arc::clone(new));
}

pub fn removed(list: &mut Vec<Arc<Message>>, message: &Message) {
    list.retain(|other| **other != *message);
}

/// A message that nobody has seen yet, as if it had been stored last in the first room.
pub fn one_more(history: &mut History, change: impl FnOnce(&mut Message)) -> Arc<Message> {
    let last = history.stored[0].last().expect("the room has messages");
    let mut message = Message { id: last.id + 1, sequence: last.sequence + 1, ..Message::clone(last) };
    change(&mut message);
    let message = history.see(message);
    history.stored[0].push(Arc::clone(&message));
    message
}

/// Takes a message out of what is stored and out of everything that was seen, but not out of what was acknowledged.
pub fn forget(history: &mut History, message: &Message) {
    history.stored.iter_mut().for_each(|list| removed(list, message));
    history.everything.iter_mut().for_each(|(_, list)| removed(list, message));
    history.listings.iter_mut().for_each(|listing| removed(&mut listing.messages, message));
    history.views.iter_mut().for_each(|view| removed(&mut view.messages, message));
    history.pushes.retain(|push| *push.message != *message);
}
