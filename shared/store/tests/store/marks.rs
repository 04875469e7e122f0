use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    MAX_HIDDEN_UNREAD,
    Mark::{self, Delivered, Read},
    Message, MessageId, Reached, RoomId, Timestamp,
};
use futures_util::future::join_all;
use store::{ChatChange, Consistency::Strong, Membership, Store};

use crate::support::{NOW, at, joins, leaves, make_room, message_id, send, user};

async fn stay(store: &Store, id: u64, room: RoomId) -> Membership {
    store.membership(user(id), room, Strong).await.unwrap().unwrap()
}

/// Sends so many messages of user 1.
async fn sends(store: &Store, room: RoomId, count: u64) -> Vec<Message> {
    let mut messages = Vec::new();
    for millis in 0..count {
        messages.push(send(store, room, millis).await);
    }
    messages
}

/// Moves a mark of a stay as it was read, at a time.
async fn moves(
    store: &Store,
    stay: &Membership,
    mark: Mark,
    message: &Message,
    now: Timestamp,
) -> Option<(MessageId, u64)> {
    let moved = store.move_mark(stay, mark, &Reached::by(stay.user_id, message), false, now).await.unwrap();
    moved.map(|moved| (moved.to, moved.after))
}

#[tokio::test]
async fn the_mark_of_somebody_who_came_later_does_not_move_back() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let messages = sends(&store, room, 2).await;
    joins(&store, 2, room).await.unwrap();
    for mark in [Delivered, Read] {
        assert_eq!(moves(&store, &stay(&store, 2, room).await, mark, &messages[0], NOW).await, None);
    }
    assert_eq!(stay(&store, 2, room).await.read_sequence, 2);
}

#[tokio::test]
async fn marks_move_forward_only_in_any_order_and_for_members_only() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 4).await;
    let old = stay(&store, 2, room).await;
    // Each write is decided with the marks of the beginning, as by devices that know nothing of each other.
    for (millis, (mark, number, moved)) in (0..).zip([
        (Delivered, 2, Some(0)),
        (Delivered, 1, None),
        (Read, 1, Some(0)),
        (Read, 3, Some(1)),
        (Delivered, 3, None),
        (Delivered, 2, None),
        (Delivered, 4, Some(3)),
        (Read, 2, None),
        (Read, 3, None),
        (Read, 4, Some(3)),
    ]) {
        let message = &messages[number - 1];
        let expected = moved.map(|after| (message.id, after));
        assert_eq!(moves(&store, &old, mark, message, at(millis)).await, expected, "{mark:?} {number}");
    }
    let now = stay(&store, 2, room).await;
    assert_eq!((now.last_read, now.delivered(), now.read_sequence), (Some(messages[3].id), Some(messages[3].id), 4));
    leaves(&store, 2, room).await;
    for mark in [Delivered, Read] {
        assert_eq!(moves(&store, &old, mark, &messages[3], NOW).await, None);
    }
    assert!(store.membership(user(2), room, Strong).await.unwrap().is_none());
}

#[tokio::test]
async fn of_many_devices_at_once_each_move_is_told_once() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 3).await;
    let old = stay(&store, 2, room).await;
    let all = messages.iter().zip(1..).map(|(message, number)| moves(&store, &old, Read, message, at(number)));
    let mut moved: Vec<_> = join_all(all).await.into_iter().flatten().collect();
    moved.sort_unstable();
    assert!(moved.windows(2).all(|pair| pair[0].1 < pair[1].1), "{moved:?}");
    assert_eq!(moved.last().unwrap().0, messages[2].id);
    assert_eq!(stay(&store, 2, room).await.last_read, Some(messages[2].id));
}

#[tokio::test]
async fn a_chat_that_is_read_is_not_marked_as_unread_also_if_the_answer_was_lost() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let change = ChatChange { marked_unread: Some(true), ..ChatChange::default() };
    store.set_chat(&stay(&store, 2, room).await, &change).await.unwrap();
    let old = stay(&store, 2, room).await;
    for _ in 0..2 {
        let moved = store.move_mark(&old, Read, &Reached::by(user(2), &message), false, NOW).await.unwrap().unwrap();
        let now = moved.ended_unread.unwrap();
        assert_eq!((now.marked_unread, now.settings), (false, Some(2)));
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_a_move_and_the_same_mark_of_another_device_is_none() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let old = stay(&store, 2, room).await;
    for mark in [Delivered, Read] {
        let now = at(if mark == Read { 20 } else { 10 });
        for _ in 0..2 {
            assert_eq!(moves(&store, &old, mark, &message, now).await, Some((message.id, 0)), "{mark:?}");
        }
        assert_eq!(moves(&store, &old, mark, &message, now + Duration::from_millis(1)).await, None, "{mark:?}");
    }
}

#[tokio::test]
async fn an_edited_message_is_marked_again_and_the_mark_stays() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 2).await;
    let old = stay(&store, 2, room).await;
    moves(&store, &old, Read, &messages[1], at(10)).await.unwrap();
    let edited = Message { edited_at: Some(at(20)), ..messages[0].clone() };
    let receipt = async || {
        let receipt = stay(&store, 2, room).await.receipt(&edited);
        [receipt.delivered_at, receipt.read_at]
    };
    assert_eq!(receipt().await, [None, None]);
    let now = stay(&store, 2, room).await;
    for mark in [Delivered, Read] {
        assert_eq!(moves(&store, &now, mark, &edited, at(30)).await, Some((messages[1].id, 0)), "{mark:?}");
        assert_eq!(moves(&store, &stay(&store, 2, room).await, mark, &edited, at(40)).await, None, "{mark:?}");
    }
    assert_eq!(receipt().await, [Some(at(30)), Some(at(30))]);
    assert_eq!(stay(&store, 2, room).await.last_read, Some(messages[1].id));
    let own = Reached::by(user(1), &edited);
    assert_eq!(own.edited_at, None, "the sender knows their edit");
}

#[tokio::test]
async fn what_is_read_is_delivered_by_then() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 4).await;
    for (mark, number, millis) in [(Delivered, 1, 10), (Read, 3, 20), (Delivered, 4, 30)] {
        moves(&store, &stay(&store, 2, room).await, mark, &messages[number - 1], at(millis)).await.unwrap();
    }
    let now = stay(&store, 2, room).await;
    let times: Vec<_> = messages.iter().map(|message| now.receipt(message)).collect();
    let times: Vec<_> = times.iter().map(|receipt| (receipt.delivered_at, receipt.read_at)).collect();
    let [ten, twenty, thirty] = [10, 20, 30].map(|millis| Some(at(millis)));
    assert_eq!(times, [(ten, twenty), (twenty, twenty), (twenty, twenty), (thirty, None)]);
    let bounded = Membership { visible_from: Some(messages[2].id), ..now };
    assert_eq!(bounded.receipt(&messages[1]).read_at, None, "it was never shown to them");
}

#[tokio::test]
async fn the_marks_that_others_see_stay_while_the_room_is_closed() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 4).await;
    let marks = async |mark, n: usize, closed| {
        let before = stay(&store, 2, room).await;
        let to = Reached::by(user(2), &messages[n]);
        assert!(store.move_mark(&before, mark, &to, closed, at(n as u64)).await.unwrap().is_some());
        let now = stay(&store, 2, room).await;
        [now.last_read, now.told(), now.delivered(), now.told_delivered()]
            .map(|id| id.map(|id| messages.iter().position(|message| message.id == id).unwrap()))
    };
    assert_eq!(marks(Read, 0, true).await, [Some(0), None, Some(0), None]);
    assert_eq!(marks(Delivered, 1, true).await, [Some(0), None, Some(1), None]);
    assert_eq!(stay(&store, 2, room).await.receipt(&messages[0]).delivered_at, None);
    assert_eq!(marks(Read, 1, false).await, [Some(1); 4]);
    assert_eq!(marks(Delivered, 2, true).await, [Some(1), Some(1), Some(2), Some(1)]);
    assert_eq!(marks(Read, 2, true).await, [Some(2), Some(1), Some(2), Some(1)]);
    assert_eq!(marks(Read, 3, true).await, [Some(3), Some(1), Some(3), Some(1)]);
    let receipts =
        [0, 1, 2].map(|n| &messages[n]).map(|message| async { stay(&store, 2, room).await.receipt(message).read_at });
    assert_eq!(join_all(receipts).await, [Some(at(1)), Some(at(1)), None]);
}

#[tokio::test]
async fn a_membership_with_all_that_it_can_have_is_one_write_unit() {
    let engine = embedded::engine();
    let store = engine.store.clone();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 20).await;
    for sequence in 21..=21 + MAX_HIDDEN_UNREAD {
        store.note_hidden(user(2), room, 1_000_000 + sequence).await.unwrap();
    }
    store.note_typing(user(2), room, NOW).await.unwrap();
    for (message, millis) in messages.iter().zip(1..) {
        for mark in [Delivered, Read] {
            moves(&store, &stay(&store, 2, room).await, mark, message, at(millis * 2 + u64::from(mark == Read))).await;
        }
    }
    let now = stay(&store, 2, room).await;
    assert_eq!((now.hidden_unread.len(), Vec::from(now.read_moves.clone()).len()), (45, 16));
    // A draft, which may be larger, is not among the rest.
    let large = Some(u64::MAX >> 11);
    let id = large.and_then(|id| MessageId::try_from(id).ok());
    let full = Membership {
        visible_from: id,
        sent: large,
        sent_id: id,
        begins_after: id,
        mention: large,
        cleared: large,
        cleared_from: id,
        cleared_at: large,
        muted_until: large,
        archived: true,
        marked_unread: true,
        draft_after: large,
        settings: large,
        told: large,
        ..now
    };
    let item: Item = serde_dynamo::to_item(full).unwrap();
    let typed_at = "typed_at".len() + digits("1700000000000");
    let bytes: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
    assert!(bytes + typed_at <= 1024, "{bytes}");
}

type Item = HashMap<String, AttributeValue>;

fn digits(number: &str) -> usize {
    number.len().div_ceil(2) + 1
}

/// The size of a value by the rules of DynamoDB (Developer Guide, "DynamoDB item sizes and formats").
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::N(number) => digits(number),
        AttributeValue::Ns(numbers) => 3 + numbers.iter().map(|number| 1 + digits(number)).sum::<usize>(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mark_never_moves_to_a_message_of_an_earlier_stay() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let messages = sends(&store, room, 2).await;
    let old = stay(&store, 2, room).await;
    leaves(&store, 2, room).await;
    joins(&store, 2, room).await.unwrap();
    for mark in [Delivered, Read] {
        assert_eq!(moves(&store, &old, mark, &messages[1], NOW).await, None);
    }
    assert_eq!(stay(&store, 2, room).await.last_read, None);
    assert!(!messages.is_empty() && messages[0].id < message_id(1));
}
