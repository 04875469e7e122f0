use domain::{MessageId, Refusal};
use futures_util::future::join_all;
use store::{Consistency, Range};

use crate::support::{NOBODY, PUSHES, client_id, digest, make_room, message, message_id, send, user};

#[tokio::test]
async fn a_room_is_read_from_both_ends() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let mut ids = Vec::new();
    for millis in 0..10 {
        ids.push(send(&store, room, millis).await.id);
    }
    let read = async |range, limit| -> Vec<MessageId> {
        store.query_messages(room, range, limit).await.unwrap().iter().map(|message| message.id).collect()
    };
    assert_eq!(read(Range::NEWEST, 3).await, [ids[9], ids[8], ids[7]]);
    assert_eq!(read(Range::below(ids[2]), 3).await, [ids[1], ids[0]]);
    assert_eq!(read(Range::above(ids[6]), 2).await, [ids[7], ids[8]]);
    assert_eq!(read(Range::above(ids[1]).up_to(ids[3]), 9).await, [ids[2], ids[3]]);
}

#[tokio::test]
async fn a_list_is_read_beyond_what_one_call_returns() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    // At the pace that a room takes from one sender without end.
    for millis in (0..100).map(|number| number * 200) {
        let turn = store.take_turn(room, user(1), message_id(millis), &NOBODY, PUSHES).await.unwrap();
        // 100 of these are 1.6 MB, and a call returns 1 MB.
        let text = "😀".repeat(4096).try_into().ok();
        store.put_message(&domain::Message { text, ..message(room, user(1), &turn) }, &digest("hi")).await.unwrap();
    }
    assert_eq!(store.query_messages(room, Range::NEWEST, 100).await.unwrap().len(), 100);
}

#[tokio::test]
async fn a_message_comes_back_as_it_was_stored() {
    let store = embedded::store();
    let room = make_room(&store, 3).await;
    let alone = make_room(&store, 1).await;
    for room in [room, alone] {
        let sent = send(&store, room, 0).await;
        assert_eq!(store.message(room, sent.id).await.unwrap(), Some(sent));
    }
    assert_eq!(store.message(room, message_id(9)).await.unwrap(), None);
}

#[tokio::test]
async fn a_repeated_write_does_not_bring_back_what_was_deleted_meanwhile() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    for (millis, client_id) in [(1, None), (2, Some(client_id("c1")))] {
        let turn = store.take_turn(room, user(1), message_id(millis), &NOBODY, PUSHES).await.unwrap();
        let message = domain::Message { client_id, ..message(room, user(1), &turn) };
        store.put_message(&message, &digest("hi")).await.unwrap();
        store.delete_message(&message, user(1), millis, turn.id.created_at()).await.unwrap();
        store.put_message(&message, &digest("hi")).await.unwrap();
        let stored = store.message(room, message.id).await.unwrap().unwrap();
        assert!(stored.deletion.is_some() && stored.text.is_none(), "{stored:?}");
    }
}

#[tokio::test]
async fn a_client_id_makes_one_message_however_often_and_at_once() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let id = client_id("c1");
    let stored = join_all((0..10).map(async |i| {
        let turn = store.take_turn(room, user(1), message_id(i), &NOBODY, PUSHES).await.unwrap();
        let message = domain::Message { client_id: Some(id.clone()), ..message(room, user(1), &turn) };
        store.put_message(&message, &digest("hi")).await.unwrap()
    }))
    .await;
    assert_eq!(stored.iter().filter(|first| first.is_none()).count(), 1);
    let messages = store.query_messages(room, Range::NEWEST, 100).await.unwrap();
    assert_eq!(messages.len(), 1);
    let found = store.first_of_client_id(user(1), room, &id).await.unwrap();
    for first in stored.into_iter().flatten().chain(found) {
        assert_eq!(first.of(&digest("hi")), Ok(messages[0].id));
        assert_eq!(first.of(&digest("hi!")), Err(Refusal::ClientIdReused));
    }
    assert_eq!(store.first_of_client_id(user(2), room, &id).await.unwrap(), None);
}

#[tokio::test]
async fn messages_are_found_by_their_ids() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let mut ids = Vec::new();
    for millis in (0..100).map(|number| number * 200) {
        ids.push(send(&store, room, millis).await.id);
    }
    let asked = ids.iter().copied().chain([message_id(999)]);
    let found = store.messages_by_id(room, asked, Consistency::Strong).await.unwrap();
    assert!(ids.iter().copied().zip(1..).eq(found.into_iter().map(|(id, message)| (id, message.sequence))));
}
