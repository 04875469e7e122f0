//! Histories in which marks move back, or to nothing.

use std::time::Duration;

use history::{History, Info, Mark, Marked, Moved, Receipt, Time};

use crate::support::{is_allowed, is_found};

const SECOND: Duration = Duration::from_secs(1);

/// The user 2 reads the first message of room 1, which hears of it, and whose sender then asks.
fn reads(history: &mut History) {
    let message = history.stored[0][0].id;
    let at = Time::from_secs(100);
    history.marked.push(Marked { user: 2, room: 1, mark: Mark::Read, message, begun: at });
    history.moved.push(Moved { user: 3, of: 2, room: 1, mark: Mark::Read, message, at: (at, at + SECOND) });
    for later in [2, 4] {
        let receipts = vec![Receipt { user: 2, delivered: true, read: true }];
        let begun = at + SECOND * later;
        history.infos.push(Info { room: 1, message, receipts, begun, ended: begun + SECOND });
    }
}

#[test]
fn a_mark_that_stays_is_allowed() {
    is_allowed(reads);
}

#[test]
fn a_receipt_that_is_taken_back_is_found() {
    is_found("a_receipt_stays", |history| {
        reads(history);
        history.moved.clear();
        history.infos[1].receipts[0].read = false;
    });
}

#[test]
fn a_mark_that_its_sender_does_not_find_is_found() {
    is_found("a_receipt_stays", |history| {
        reads(history);
        for info in &mut history.infos {
            info.receipts[0] = Receipt { user: 2, delivered: false, read: false };
        }
    });
}

#[test]
fn a_mark_that_nobody_has_set_is_found() {
    is_found("a_mark_was_set", |history| {
        reads(history);
        history.marked.clear();
    });
    is_found("a_mark_was_set", |history| {
        reads(history);
        history.marked[0].mark = Mark::Delivered;
    });
}

#[test]
fn a_mark_beyond_what_was_sent_is_found() {
    is_found("a_mark_was_set", |history| {
        reads(history);
        history.marked[0].message += 1;
        history.moved[0].message += 1;
    });
}

#[test]
fn what_is_read_and_not_delivered_is_found() {
    is_found("a_mark_was_set", |history| {
        reads(history);
        history.infos[1].receipts[0].delivered = false;
    });
}
