use domain::RoomId;
use embedded::Engine;
use store::Consistency::Strong;

use crate::support::{NOBODY, PUSHES, create, joins, make_room, message_id, the, user};

/// The numbers of paces and of sequences in the item of a room.
async fn leftovers(engine: &Engine, room: RoomId) -> (usize, usize) {
    let id = aws_sdk_dynamodb::types::AttributeValue::N(room.to_string());
    let read = engine.client.get_item().table_name(engine.table("RoomsTable")).key("id", id).consistent_read(true);
    let item = read.send().await.unwrap().item.unwrap();
    let paces = item.keys().filter(|name| name.starts_with("pace ")).count();
    (paces, item["sent"].as_m().unwrap().len())
}

/// Everybody writes once, the last one a second later, and then the room is swept.
async fn all_write(engine: &Engine, room: RoomId, members: u64) {
    for id in 1..=members {
        let millis = if id == members { 1000 } else { 0 };
        let turn = engine.store.take_turn(room, user(id), message_id(millis), &NOBODY, PUSHES).await.unwrap();
        engine.store.sweep(room, &turn.stale).await.unwrap();
    }
}

#[tokio::test]
async fn a_small_room_keeps_its_sequences_and_loses_its_paces() {
    let engine = embedded::engine();
    for (members, paces) in [(16, 16), (17, 1), (32, 1)] {
        let room = make_room(&engine.store, members).await;
        all_write(&engine, room, members).await;
        assert_eq!(leftovers(&engine, room).await, (paces, usize::try_from(members).unwrap()), "{members}");
    }
}

#[tokio::test]
async fn a_large_room_gives_its_sequences_to_the_memberships() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 40).await;
    all_write(&engine, room, 40).await;
    assert_eq!(leftovers(&engine, room).await, (1, 1));
    for id in 1..40 {
        let stay = engine.store.membership(user(id), room, Strong).await.unwrap().unwrap();
        let seen = stay.seen();
        assert_eq!((stay.sent, seen.sequence, stay.sent_id), (Some(id), id, Some(seen.id)));
    }
    assert_eq!(the(&engine.store, room).await.sent, [(user(40), 40)].into());
}

#[tokio::test]
async fn what_was_written_while_the_room_was_small_is_not_forgotten_when_it_grows() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 32).await;
    all_write(&engine, room, 32).await;
    joins(&engine.store, 33, room).await.unwrap();
    let turn = engine.store.take_turn(room, user(33), message_id(2000), &NOBODY, PUSHES).await.unwrap();
    engine.store.sweep(room, &turn.stale).await.unwrap();
    assert_eq!(leftovers(&engine, room).await, (1, 1));
    let stay = engine.store.membership(user(7), room, Strong).await.unwrap().unwrap();
    assert_eq!(stay.seen().sequence, 7);
}

#[tokio::test]
async fn a_sweep_that_meets_a_new_message_of_one_of_them_removes_nothing() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 20).await;
    for id in 1..20 {
        engine.store.take_turn(room, user(id), message_id(0), &NOBODY, PUSHES).await.unwrap();
    }
    let turn = engine.store.take_turn(room, user(20), message_id(1000), &NOBODY, PUSHES).await.unwrap();
    engine.store.take_turn(room, user(7), message_id(1001), &NOBODY, PUSHES).await.unwrap();
    engine.store.sweep(room, &turn.stale).await.unwrap();
    assert_eq!(leftovers(&engine, room).await.0, 20);
    let next = engine.store.take_turn(room, user(20), message_id(9000), &NOBODY, PUSHES).await.unwrap();
    engine.store.sweep(room, &next.stale).await.unwrap();
    assert_eq!(leftovers(&engine, room).await.0, 1);
}

#[tokio::test]
async fn a_room_from_before_there_were_sweeps_is_swept_in_steps() {
    let engine = embedded::engine();
    let id = engine.store.next_room_id().await.unwrap();
    let room = domain::Room {
        members: (1..=200).map(user).collect(),
        sent: (1..=200).map(|id| (user(id), id)).collect(),
        ..domain::Room::new(id, domain::RoomKind::Group, user(1), crate::support::NOW)
    };
    create(&engine.store, &domain::Room { members: (1..=49).map(user).collect(), ..room }, &[]).await.unwrap();
    for (millis, left) in [(0, 136), (1000, 72), (2000, 8), (3000, 8)] {
        let turn = engine.store.take_turn(id, user(1), message_id(millis), &NOBODY, PUSHES).await.unwrap();
        engine.store.sweep(id, &turn.stale).await.unwrap();
        assert_eq!(leftovers(&engine, id).await.1, left);
    }
}
