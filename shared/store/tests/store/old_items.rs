//! Items from before there were roles, bounds and counts, and memberships without a room.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Access, History, Role, RoomId};
use embedded::Engine;
use store::{Consistency::Strong, Membership, Way};

use crate::support::{NOBODY, NOW, PUSHES, joins, leaves, make_room, message_id, room_id, send, the, user};

fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Removes the attributes of the room's item that an old one lacks, and gives it a kind.
async fn ages(engine: &Engine, room: RoomId, kind: &str) {
    engine
        .client
        .update_item()
        .table_name(engine.table("RoomsTable"))
        .key("id", n(room.get()))
        .update_expression(
            "SET #type = :type REMOVE #access, history, #owner, members_count, changes, only_admins, admins",
        )
        .expression_attribute_names("#type", "type")
        .expression_attribute_names("#access", "access")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_values(":type", AttributeValue::S(kind.to_owned()))
        .send()
        .await
        .unwrap();
}

async fn members_count(engine: &Engine, room: RoomId) -> Option<AttributeValue> {
    let read = engine.client.get_item().table_name(engine.table("RoomsTable")).key("id", n(room.get()));
    read.consistent_read(true).send().await.unwrap().item.unwrap().remove("members_count")
}

/// A membership of a room that does not exist, which counts for its user.
async fn haunts(engine: &Engine, id: u64, room: u64) {
    let table = engine.table("MembershipsTable");
    let key = HashMap::from([("user_id".to_owned(), n(id)), ("room_id".to_owned(), n(room))]);
    let mut ghost = key.clone();
    ghost.extend(["id", "joined_at"].map(|name| (name.to_owned(), n(1))));
    ghost.insert("read_sequence".to_owned(), n(0));
    engine.client.put_item().table_name(&table).set_item(Some(ghost)).send().await.unwrap();
    let counter = HashMap::from([("user_id".to_owned(), n(id)), ("room_id".to_owned(), n(0))]);
    engine
        .client
        .update_item()
        .table_name(&table)
        .set_key(Some(counter))
        .update_expression("ADD #count :one")
        .expression_attribute_names("#count", "count")
        .expression_attribute_values(":one", n(1))
        .send()
        .await
        .unwrap();
}

async fn rooms_of(engine: &Engine, id: u64) -> (usize, u64) {
    let counter = engine
        .client
        .get_item()
        .table_name(engine.table("MembershipsTable"))
        .key("user_id", n(id))
        .key("room_id", n(0))
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    let count = counter.item.unwrap()["count"].as_n().unwrap().parse().unwrap();
    (engine.store.memberships(user(id), Strong).await.unwrap().len(), count)
}

#[tokio::test]
async fn an_old_chat_is_closed_and_an_old_group_is_open() {
    let engine = embedded::engine();
    for (kind, access) in [("chat", Access::Invite), ("group", Access::Open)] {
        let room = make_room(&engine.store, 2).await;
        ages(&engine, room, kind).await;
        let old = the(&engine.store, room).await;
        assert_eq!((old.access, old.history, old.visible_from()), (access, History::All, None));
        assert_eq!((old.role(user(1)), old.role(user(2)), old.changes), (Role::Owner, Role::Member, 0));
        assert_eq!(joins(&engine.store, 3, room).await.is_ok(), access == Access::Open, "{kind}");
        send(&engine.store, room, 0).await;
    }
}

#[tokio::test]
async fn an_old_room_counts_its_members_as_soon_as_somebody_comes_or_goes() {
    let engine = embedded::engine();
    for comes in [true, false] {
        let room = make_room(&engine.store, 3).await;
        ages(&engine, room, "group").await;
        engine.store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
        assert_eq!(members_count(&engine, room).await, None);
        if comes {
            joins(&engine.store, 4, room).await.unwrap();
        } else {
            leaves(&engine.store, 2, room).await;
        }
        assert_eq!(members_count(&engine, room).await, Some(n(if comes { 4 } else { 2 })));
        joins(&engine.store, 5, room).await.unwrap();
        assert_eq!(members_count(&engine, room).await, Some(n(if comes { 5 } else { 3 })));
    }
}

#[tokio::test]
async fn the_owner_of_an_old_room_leaves_it_to_an_admin() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 3).await;
    ages(&engine, room, "group").await;
    let old = the(&engine.store, room).await;
    engine.store.set_role(&old, user(2), Role::Admin, user(1)).await.unwrap().unwrap();
    assert_eq!(members_count(&engine, room).await, None);
    assert!(engine.store.leave(user(1), &the(&engine.store, room).await, Some(user(2)), NOW).await.unwrap());
    assert_eq!(the(&engine.store, room).await.owner, user(2));
    assert_eq!(members_count(&engine, room).await, Some(n(2)));
}

#[tokio::test]
async fn a_room_whose_creator_has_left_gets_an_owner_once() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 3).await;
    assert!(engine.store.leave(user(1), &the(&engine.store, room).await, Some(user(2)), NOW).await.unwrap());
    ages(&engine, room, "group").await;
    let old = the(&engine.store, room).await;
    assert_eq!(old.owner, user(1));
    engine.store.crown(&old, user(9)).await.unwrap();
    assert_eq!(the(&engine.store, room).await.owner, user(1), "no stranger is an owner");
    for heir in [3, 2] {
        engine.store.crown(&old, user(heir)).await.unwrap();
        assert_eq!(the(&engine.store, room).await.owner, user(3), "the first one is it");
    }
}

#[tokio::test]
async fn a_membership_without_a_room_goes_away_and_is_not_counted() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 2).await;
    haunts(&engine, 2, 99).await;
    assert_eq!(rooms_of(&engine, 2).await, (2, 2));
    engine.store.remove_ghost(user(2), room).await.unwrap();
    assert_eq!(rooms_of(&engine, 2).await, (2, 2), "the room has them");
    for _ in 0..2 {
        engine.store.remove_ghost(user(2), room_id(99)).await.unwrap();
        assert_eq!(rooms_of(&engine, 2).await, (1, 1));
    }
}

#[tokio::test]
async fn somebody_with_a_membership_of_before_joins_and_is_counted_once() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 1).await;
    haunts(&engine, 2, room.get()).await;
    let found = the(&engine.store, room).await;
    let membership = Membership::begins(user(2), &found, NOW);
    assert!(engine.store.join(&found, &membership, &Way::Number, false).await.unwrap());
    assert_eq!(rooms_of(&engine, 2).await, (1, 1));
    let stay = engine.store.membership(user(2), room, Strong).await.unwrap().unwrap();
    assert_eq!(stay.joined_at, NOW.millis());
}

#[tokio::test]
async fn a_deleted_room_is_none() {
    let engine = embedded::engine();
    let room = make_room(&engine.store, 2).await;
    let before = the(&engine.store, room).await;
    engine
        .client
        .update_item()
        .table_name(engine.table("RoomsTable"))
        .key("id", n(room.get()))
        .update_expression("SET deleted_at = :now REMOVE members, members_count, sent, #owner, admins, invite")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_values(":now", n(NOW.millis()))
        .send()
        .await
        .unwrap();
    let store = &engine.store;
    assert!(store.room(room, Strong).await.unwrap().is_none());
    assert!(store.rooms([room], Strong).await.unwrap().is_empty());
    let turn = store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap_err();
    let left = store.leave(user(2), &before, None, NOW).await.unwrap_err();
    let join = Membership::begins(user(3), &before, NOW);
    let joined = store.join(&before, &join, &Way::Number, false).await.unwrap_err();
    assert_eq!([turn, left, joined].map(|error| error.code()), ["room_not_found"; 3]);
    store.remove_ghost(user(2), room).await.unwrap();
    assert_eq!(rooms_of(&engine, 2).await, (0, 0));
}
