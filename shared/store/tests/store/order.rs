//! The order of a room's messages, with any clocks of the senders and any number of senders at the same moment.

use futures_util::future::join_all;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use store::{Range, Turn};

use crate::support::{NOBODY, PUSHES, digest, make_room, message, message_id, user};

const MEMBERS: u64 = 4;

/// Bursts of turns at the same moment: the sender, and the milliseconds of the sender's clock.
fn bursts() -> impl Strategy<Value = Vec<Vec<(u64, u64)>>> {
    // A few values, so that many turns meet in one millisecond. All are within the pace of one sender.
    let clock = prop_oneof![0..4_u64, 0..3000_u64];
    vec(vec((1..=MEMBERS, clock), 1..8), 1..6)
}

#[test]
fn ids_grow_sequences_are_dense_and_each_message_knows_the_one_before() {
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = embedded::store();
    let held = TestRunner::new(config).run(&bursts(), |bursts| {
        runtime.block_on(async {
            let room = make_room(&store, MEMBERS).await;
            let mut turns = Vec::new();
            for burst in bursts {
                let at_once = burst.into_iter().map(async |(sender, clock)| {
                    let wanted = message_id(clock);
                    let turn = store.take_turn(room, user(sender), wanted, &NOBODY, PUSHES).await.unwrap();
                    store.put_message(&message(room, user(sender), &turn), &digest("hi")).await.unwrap();
                    (wanted, turn)
                });
                turns.extend(join_all(at_once).await);
            }
            prop_assert!(turns.iter().all(|(wanted, turn)| turn.id >= *wanted), "no message is older than it is");
            let mut turns: Vec<Turn> = turns.into_iter().map(|(_, turn)| turn).collect();
            turns.sort_unstable_by_key(|turn| turn.sequence);
            prop_assert!(turns.iter().map(|turn| turn.sequence).eq(1..=turns.len() as u64));
            prop_assert!(turns.windows(2).all(|pair| pair[0].id < pair[1].id));
            prop_assert_eq!(turns[0].previous, None);
            prop_assert!(turns.windows(2).all(|pair| pair[1].previous == Some(pair[0].id)));
            let mut stored = store.query_messages(room, Range::NEWEST, turns.len() + 1).await.unwrap();
            stored.reverse();
            prop_assert!(stored.iter().map(|message| message.id).eq(turns.iter().map(|turn| turn.id)));
            Ok(())
        })
    });
    held.unwrap();
}
