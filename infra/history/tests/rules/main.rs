//! Each rule finds its violation, and no rule objects to a correct history or to an unusual one.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a panic is a failed test")]

mod access;
mod audience;
mod blocks;
mod deletions;
mod follow;
mod forwards;
mod good;
mod lively;
mod marks;
mod order;
mod quotes;
mod reactions;
mod resume;
mod roles;
mod stored;
mod support;
mod versions;

use std::sync::Arc;

use history::{Push, check};

use crate::{
    good::{ROOMS, good},
    support::{AT, is_allowed, removed},
};

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

/// Some rule finds each single change to the stored messages, and each leak.
#[test]
fn no_single_change_goes_unnoticed() {
    for seed in 0..200 {
        let mut history = good(seed);
        let mut random = fastrand::Rng::with_seed(seed);
        let room = random.usize(..usize::try_from(ROOMS).unwrap());
        let place = random.usize(..history.stored[room].len() - 1);
        let message = Arc::clone(&history.stored[room][place]);
        match random.u8(..5) {
            0 => drop(history.stored[room].remove(place)),
            1 => history.stored[room].insert(place, message),
            2 => history.stored[room].swap(place, place + 1),
            3 => history.pushes.push(Push { user: 999, bound: None, message, at: AT }),
            _ => {
                let view = history.views.iter_mut().find(|view| view.room == message.room).expect("there is a view");
                removed(&mut view.messages, &message);
            }
        }
        assert!(!check(&history).is_empty(), "seed {seed}");
    }
}
