//! The news of many rooms, messages and changes come in several answers.

use chat::{
    messages::{send_message, sync},
    rooms,
};
use domain::{Description, KnownRoom, MessageId, NewRoom, RoomId, RoomName, SyncRooms};

use super::sync::{asks, has_no_news, ids, only};
use crate::support::{Client, Person, draft, new_room, world};

#[tokio::test]
async fn the_next_fifty_messages_come_and_then_there_are_more() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let mut sent = Vec::new();
    for number in 0..52 {
        sent.push(ann.sends(room, &number.to_string()).await.id);
    }
    let first = only(asks(&ann, room, MessageId::FIRST, 0).await);
    assert_eq!((ids(&first), first.more, first.reset), (sent[..50].to_vec(), true, false));
    let rest = only(asks(&ann, room, sent[49], 0).await);
    assert_eq!((ids(&rest), rest.more), (sent[50..].to_vec(), false));
    assert!(has_no_news(&asks(&ann, room, sent[51], 0).await));
}

#[tokio::test]
async fn ten_thousand_changes_take_a_hundred_calls() {
    const CHANGES: u64 = 10_000;
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.has_sent(room, "hello", (CHANGES + 60) * 1000).await;
    for number in 0..CHANGES {
        let turn = ann.dies_while_changing(room, (CHANGES + 30 - number) * 1000).await;
        world.chat.store.put_change(&turn, message.id).await.unwrap();
    }
    let mut device = Client::of(&ann);
    device.catches_up().await;
    device.knows(room, KnownRoom { after: Some(message.id), change: Some(0), ..KnownRoom::default() });
    let calls = device.catches_up().await;
    assert!((100..=101).contains(&calls), "{calls}");
    device.has_all("after many changes").await;
}

/// A room with so many messages of the longest texts.
async fn long_room(ann: &Person, messages: usize) -> RoomId {
    let room = ann.makes_room(&[]).await;
    for _ in 0..messages {
        ann.sends(room, &"\"".repeat(4096)).await;
    }
    room
}

#[tokio::test]
async fn a_room_with_long_texts_leaves_place_for_others() {
    let world = world().await;
    let ann = world.user("ann").await;
    let quiet = long_room(&ann, 1).await;
    let busy = long_room(&ann, 30).await;
    let mut device = Client::of(&ann);
    // Both are to be listed from the beginning.
    device.asks().await;
    let synced = device.asks().await;
    assert_eq!(
        synced.rooms.iter().map(|(id, news)| (*id, news.more)).collect::<Vec<_>>(),
        [(quiet, false), (busy, true)]
    );
    device.catches_up().await;
    device.has_all("with long texts").await;
}

#[tokio::test]
async fn five_hundred_rooms_that_fit_no_answer_come_in_several() {
    const ROOMS: usize = 500;
    let world = world().await;
    let ann = world.user("ann").await;
    for _ in 0..ROOMS {
        let description = Description::try_from("\"".repeat(1000)).unwrap();
        let name = RoomName::try_from("\"".repeat(255)).ok();
        let new = NewRoom { name, description, ..new_room(&[]) };
        let room = rooms::create_chatroom(&world.chat, &ann.caller, new).await.unwrap().room.id;
        let quoted = ann.sends(room, &"\"".repeat(4096)).await;
        let mut reply = draft(room, &"\"".repeat(4096));
        reply.content.reply_to = Some(quoted.id);
        send_message(&world.chat, &ann.caller, Ok(reply)).await.unwrap();
    }
    let mut device = Client::of(&ann);
    let first = device.asks().await;
    assert!(first.more && first.rooms.len() < ROOMS, "{}", first.rooms.len());
    let calls = device.catches_up().await;
    assert!(calls < 20, "{calls}");
    assert_eq!(device.rooms.values().map(|local| local.messages.len()).collect::<Vec<_>>(), [2; ROOMS]);
}

#[tokio::test]
async fn an_answer_has_the_marks_of_a_few_rooms() {
    let world = world().await;
    let ann = world.user("ann").await;
    for _ in 0..33 {
        ann.makes_room(&[]).await;
    }
    let marks = SyncRooms { marks: true, ..SyncRooms::default() };
    let synced = sync(&world.chat, &ann.caller, &marks).await.unwrap();
    assert_eq!((synced.rooms.len(), synced.more), (32, true));
}
