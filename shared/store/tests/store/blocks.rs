use domain::{Error, MessageId, Refusal, Room, RoomId};
use store::{Consistency, Membership, Opening, Store};

use crate::support::{NOBODY, NOW, PUSHES, at, message_id, the, user};

async fn direct(store: &Store) -> RoomId {
    let id = store.next_room_id().await.unwrap();
    let room = Room::direct(id, user(1), user(2), &[].into(), NOW);
    let memberships = [1, 2].map(|id| Membership::begins(user(id), &room, NOW));
    match store.create_direct(&room, &memberships).await.unwrap() {
        Opening::Existing(first) => first,
        opening => {
            assert_eq!(opening, Opening::Created);
            id
        }
    }
}

/// Takes a turn, and hides its message if the room is closed.
async fn sends(store: &Store, room: RoomId, sender: u64, millis: u64) -> MessageId {
    let turn = store.take_turn(room, user(sender), message_id(millis), &NOBODY, PUSHES).await.unwrap();
    if turn.room.is_closed() {
        store.hide_from_peer(&turn, user(sender)).await.unwrap();
    }
    turn.id
}

#[tokio::test]
async fn blocks_are_listed_and_end_and_doing_it_again_changes_nothing() {
    let store = embedded::store();
    for _ in 0..2 {
        store.block(user(1), user(3), NOW).await.unwrap();
        store.block(user(1), user(2), at(1)).await.unwrap();
    }
    let listed = store.blocks(user(1)).await.unwrap();
    assert_eq!(
        listed.iter().map(|block| (block.blocked, block.at)).collect::<Vec<_>>(),
        [(user(2), at(1)), (user(3), NOW)]
    );
    store.block(user(4), user(1), NOW).await.unwrap();
    let between = store.blocks_between(user(1), &(1..=5).map(user).collect(), Consistency::Strong).await.unwrap();
    assert_eq!((between.by_user.clone(), between.by_them.clone()), ([2, 3].map(user).into(), [user(4)].into()));
    assert_eq!([2, 4, 5].map(|id| between.separate(user(id))), [true, true, false]);
    for _ in 0..2 {
        store.unblock(user(1), user(3)).await.unwrap();
    }
    assert_eq!(store.blocks(user(1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_blocks_a_thousand_people_at_most() {
    let engine = embedded::engine();
    let count = |number: &str| aws_sdk_dynamodb::types::AttributeValue::N(number.to_owned());
    engine
        .client
        .put_item()
        .table_name(engine.table("BlocksTable"))
        .item("user_id", count("1"))
        .item("blocked_id", count("0"))
        .item("count", count("999"))
        .send()
        .await
        .unwrap();
    let store = engine.store;
    store.block(user(1), user(2), NOW).await.unwrap();
    let refused = store.block(user(1), user(3), NOW).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::TooManyBlocks))), "{refused:?}");
    store.block(user(1), user(2), NOW).await.unwrap();
    store.unblock(user(1), user(2)).await.unwrap();
    store.block(user(1), user(3), NOW).await.unwrap();
}

#[tokio::test]
async fn a_closed_room_knows_what_each_has_seen_last() {
    let store = embedded::store();
    let room = direct(&store).await;
    let open = sends(&store, room, 1, 0).await;
    store.block(user(1), user(2), NOW).await.unwrap();
    let closed = the(&store, room).await;
    assert_eq!((closed.closed_by, closed.shown), ([(user(1), open)].into(), [1, 2].map(|id| (user(id), open)).into()));
    let hidden = sends(&store, room, 2, 1).await;
    let room_now = the(&store, room).await;
    assert_eq!(room_now.shown, [(user(1), open), (user(2), hidden)].into());
    assert_eq!((room_now.skipped, room_now.sent.len()), ([(user(1), 2)].into(), 2));
    // The other one blocks as well: what each has seen stays.
    store.block(user(2), user(1), NOW).await.unwrap();
    let both = the(&store, room).await;
    assert_eq!(both.closed_by, [(user(1), open), (user(2), hidden)].into());
    assert_eq!(both.shown, [(user(1), open), (user(2), hidden)].into());
    store.unblock(user(1), user(2)).await.unwrap();
    assert!(the(&store, room).await.is_closed());
    store.unblock(user(2), user(1)).await.unwrap();
    assert!(!the(&store, room).await.is_closed());
    // A block that comes later starts anew.
    let again = sends(&store, room, 1, 9).await;
    store.block(user(2), user(1), NOW).await.unwrap();
    assert_eq!(the(&store, room).await.shown, [1, 2].map(|id| (user(id), again)).into());
}

#[tokio::test]
async fn a_room_keeps_the_last_times_in_which_it_was_closed() {
    let store = embedded::store();
    let room = direct(&store).await;
    for time in 0..18 {
        store.block(user(1), user(2), NOW).await.unwrap();
        store.block(user(2), user(1), NOW).await.unwrap();
        sends(&store, room, 2, time * 1000).await;
        store.unblock(user(1), user(2)).await.unwrap();
        assert!(the(&store, room).await.closures.values().any(|closure| closure.end.is_none()));
        store.unblock(user(2), user(1)).await.unwrap();
    }
    let room = the(&store, room).await;
    assert_eq!((room.closures.len(), room.counted_after), (16, 2));
    let mut times: Vec<_> = room.closures.values().map(|time| (time.after, time.end.map(|(last, _)| last))).collect();
    times.sort_unstable();
    assert!(times.into_iter().eq((2..18).map(|after| (after, Some(after + 1)))));
}

#[tokio::test]
async fn blocks_of_both_at_once_are_both_there() {
    let store = embedded::store();
    for _ in 0..4 {
        let room = direct(&store).await;
        let (one, other) = tokio::join!(store.block(user(1), user(2), NOW), store.block(user(2), user(1), NOW));
        one.and(other).unwrap();
        assert_eq!(the(&store, room).await.closed_by.len(), 2);
        let (one, other) = tokio::join!(store.unblock(user(1), user(2)), store.unblock(user(2), user(1)));
        one.and(other).unwrap();
        assert!(!the(&store, room).await.is_closed());
    }
}
