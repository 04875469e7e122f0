use domain::{Error, PushPace, Refusal};
use futures_util::future::join_all;

use crate::support::{NOBODY, PUSHES, joins, leaves, make_room, message_id, room_id, user};

#[tokio::test]
async fn only_members_take_turns() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    assert!(matches!(
        store.take_turn(room, user(3), message_id(0), &NOBODY, PUSHES).await,
        Err(Error::Refused(Refusal::NotAMember))
    ));
    assert!(matches!(
        store.take_turn(room_id(9), user(1), message_id(0), &NOBODY, PUSHES).await,
        Err(Error::Refused(Refusal::RoomNotFound))
    ));
    let turn = store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
    assert_eq!((turn.id, turn.sequence, turn.previous), (message_id(0), 1, None));
    assert_eq!(turn.room.members, [user(1), user(2)].into());
}

#[tokio::test]
async fn rooms_are_counted_from_1() {
    let store = embedded::store();
    make_room(&store, 1).await;
    make_room(&store, 1).await;
    assert_eq!(store.next_room_id().await.unwrap(), room_id(3));
}

#[tokio::test]
async fn a_clock_that_lags_gets_the_next_higher_id() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let first = store.take_turn(room, user(1), message_id(5000), &NOBODY, PUSHES).await.unwrap();
    let same = store.take_turn(room, user(2), message_id(5000), &NOBODY, PUSHES).await.unwrap();
    let earlier = store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
    assert_eq!([same.id, earlier.id], [first.id.next(), first.id.next().next()]);
    assert_eq!([same.previous, earlier.previous], [Some(first.id), Some(same.id)]);
    assert_eq!([first.sequence, same.sequence, earlier.sequence], [1, 2, 3]);
}

/// After a change of the rate, nothing but the order of ids keeps a turn with a lagging clock from its first form.
#[tokio::test]
async fn a_clock_that_lags_gets_the_next_higher_id_in_a_room_that_is_not_busy() {
    let store = embedded::store();
    let room = make_room(&store, 3).await;
    let mut turns = Vec::new();
    for (rate, sender, millis) in [(1_000_000, 1, 5000), (2_000_000, 2, 0), (3_000_000, 3, 0)] {
        let pushes = PushPace { per_second: rate };
        turns.push(store.take_turn(room, user(sender), message_id(millis), &NOBODY, pushes).await.unwrap());
    }
    assert!(turns.windows(2).all(|pair| pair[1].id == pair[0].id.next() && pair[1].previous == Some(pair[0].id)));
}

#[tokio::test]
async fn whoever_left_takes_no_turn_however_the_clocks_differ() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    store.take_turn(room, user(1), message_id(5000), &NOBODY, PUSHES).await.unwrap();
    leaves(&store, 2, room).await;
    for millis in [0, 9000] {
        assert!(matches!(
            store.take_turn(room, user(2), message_id(millis), &NOBODY, PUSHES).await,
            Err(Error::Refused(Refusal::NotAMember))
        ));
    }
}

#[tokio::test]
async fn turns_taken_at_once_are_one_dense_order() {
    let store = embedded::store();
    let room = make_room(&store, 4).await;
    let turns =
        join_all((0..60).map(|i| store.take_turn(room, user(i % 4 + 1), message_id(i % 3), &NOBODY, PUSHES))).await;
    let mut turns: Vec<_> = turns.into_iter().map(Result::unwrap).collect();
    turns.sort_unstable_by_key(|turn| turn.sequence);
    assert!(turns.iter().map(|turn| turn.sequence).eq(1..=60));
    assert!(turns.windows(2).all(|pair| pair[0].id < pair[1].id && pair[1].previous == Some(pair[0].id)));
}

#[tokio::test]
async fn a_sender_has_a_pace_of_their_own_in_each_room() {
    let store = embedded::store();
    let (room, other) = (make_room(&store, 2).await, make_room(&store, 2).await);
    for _ in 0..60 {
        store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
    }
    let refused = store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::RateLimited(wait))) if wait.as_secs() == 1), "{refused:?}");
    store.take_turn(room, user(2), message_id(0), &NOBODY, PUSHES).await.unwrap();
    store.take_turn(other, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
    // The refusal has taken no turn, and 200 ms later there is one.
    let next = store.take_turn(room, user(1), message_id(200), &NOBODY, PUSHES).await.unwrap();
    assert_eq!(next.sequence, 62);
    assert!(matches!(
        store.take_turn(room, user(1), message_id(200), &NOBODY, PUSHES).await,
        Err(Error::Refused(Refusal::RateLimited(_)))
    ));
}

#[tokio::test]
async fn whoever_is_ahead_of_their_pace_gets_the_id_of_their_time() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let mut ids = Vec::new();
    // Twice as fast as the pace, so that the sender is ahead of it in every write except the first.
    for i in 0..20 {
        ids.push(store.take_turn(room, user(1), message_id(i * 100), &NOBODY, PUSHES).await.unwrap().id);
    }
    assert_eq!(ids, (0..20).map(|i| message_id(i * 100)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_burst_of_one_sender_is_one_dense_order_and_no_longer_than_it_may_be() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    store.take_turn(room, user(2), message_id(3), &NOBODY, PUSHES).await.unwrap();
    let turns = join_all((0..100).map(|_| store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES))).await;
    let (taken, refused): (Vec<_>, Vec<_>) = turns.into_iter().partition(Result::is_ok);
    assert!(refused.into_iter().all(|turn| matches!(turn, Err(Error::Refused(Refusal::RateLimited(_))))));
    let mut turns: Vec<_> = taken.into_iter().map(Result::unwrap).collect();
    turns.sort_unstable_by_key(|turn| turn.sequence);
    assert!(turns.iter().map(|turn| turn.sequence).eq(2..=61));
    assert!(turns.windows(2).all(|pair| pair[0].id < pair[1].id && pair[1].previous == Some(pair[0].id)));
}

#[tokio::test]
async fn leaving_and_joining_resets_no_pace() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    for _ in 0..60 {
        store.take_turn(room, user(2), message_id(0), &NOBODY, PUSHES).await.unwrap();
    }
    leaves(&store, 2, room).await;
    assert!(joins(&store, 2, room).await.unwrap());
    let refused = store.take_turn(room, user(2), message_id(0), &NOBODY, PUSHES).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::RateLimited(_)))), "{refused:?}");
}
