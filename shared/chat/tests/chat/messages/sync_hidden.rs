//! The news leave out the parts that are hidden from the user: cleared, deleted for themselves, or behind a block.

use chat::{messages::sync, rooms};
use domain::{
    History, KnownRoom, Mentions, Message, MessageId, NewRoom, Position, RoomId, SetChat, SyncRooms, Timestamp,
};

use super::sync::{asks, has_no_news, ids, only};
use crate::support::{Client, Person, draft, new_room, world};

#[tokio::test]
async fn a_room_that_was_cleared_or_hidden_message_by_message_is_no_news_for_ever() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [cleared, hidden] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    let mut device = Client::of(&bob);
    let message = ann.sends(cleared, "hi").await;
    bob.reads(cleared, &[&message]).await;
    let mut sent = Vec::new();
    for number in 0..261 {
        sent.push(ann.has_sent(hidden, "hi", 200_000 - 300 * number).await);
    }
    device.catches_up().await;
    let clear = SetChat { cleared: true, ..SetChat::of(cleared) };
    rooms::set_chat(&world.chat, &bob.caller, &clear).await.unwrap();
    let first = KnownRoom { after: Some(sent[0].id), change: Some(0), ..KnownRoom::default() };
    for (message, number) in sent[1..].iter().zip(1..) {
        world.chat.store.hide_message(hidden, message.id, bob.id(), number).await.unwrap();
    }
    device.knows(hidden, first);
    assert_eq!(device.catches_up().await, 2);
    assert!(has_no_news(&device.asks().await));
    let new = ann.sends(hidden, "new").await;
    assert!(!only(device.asks().await).more);
    assert_eq!(device.rooms[&hidden].messages.last_key_value().unwrap().0, &new.id);
}

#[tokio::test]
async fn marks_show_neither_what_was_before_nor_what_a_block_hides() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let marks = async |person: &Person, room| {
        let marks = SyncRooms { marks: true, ..SyncRooms::default() };
        let synced = sync(&world.chat, &person.caller, &marks).await.unwrap();
        synced.rooms[&room].marks[&ann.id()].last_read
    };
    let new = NewRoom { history: Some(History::Joined), ..new_room(&[]) };
    let room = rooms::create_chatroom(&world.chat, &ann.caller, new).await.unwrap().room.id;
    let before = ann.sends(room, "before").await;
    ann.reads(room, &[&before]).await;
    bob.joins(room).await;
    assert_eq!((marks(&bob, room).await, marks(&ann, room).await), (None, Some(before.id)));
    let direct = ann.opens_direct(&bob).await;
    let seen = bob.sends(direct, "seen").await;
    ann.reads(direct, &[&seen]).await;
    let later = bob.sends(direct, "later").await;
    ann.blocks(&bob).await;
    ann.reads(direct, &[&later]).await;
    assert_eq!((marks(&bob, direct).await, marks(&ann, direct).await), (Some(seen.id), Some(later.id)));
}

/// Has sent a message that a block hides from the other one, so many milliseconds ago.
async fn has_hidden(person: &Person, room: RoomId, millis: u64) -> MessageId {
    let (store, user) = (&person.chat.store, person.id());
    let at = MessageId::new(Timestamp::from_millis(chat::now().millis() - millis), 0);
    let turn = store.take_turn(room, user, at, &Mentions::nobody(), person.chat.settings.pushes).await.unwrap();
    let content = draft(room, "hidden").content;
    let digest = content.digest().unwrap();
    let empty = Message::empty(turn.id, room, user, turn.sequence);
    store.put_message(&Message { text: content.text, withheld: true, ..empty }, &digest).await.unwrap();
    store.hide_from_peer(&turn, user).await.unwrap();
    turn.id
}

#[tokio::test]
async fn a_message_behind_a_block_is_no_news() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let last = ann.has_sent(room, "hi", 120_000).await;
    ann.blocks(&bob).await;
    let hidden = has_hidden(&bob, room, 119_000).await;
    let own = has_hidden(&ann, room, 118_000).await;
    for (person, id) in [(&ann, own), (&bob, hidden)] {
        let news = only(asks(person, room, last.id, 0).await);
        assert_eq!(ids(&news), [id]);
        assert!(has_no_news(&asks(person, room, id, 0).await));
        // A guess at the id of a hidden message shows nothing.
        assert!(has_no_news(&asks(person, room, own.next(), 0).await));
    }
    // More than one call reads over.
    for number in 0..260 {
        has_hidden(&bob, room, 110_000 - 200 * number).await;
    }
    assert!(has_no_news(&asks(&ann, room, own, 0).await));
    ann.unblocks(&bob).await;
    let seen = bob.sends(room, "seen").await;
    let news = only(asks(&ann, room, own, 0).await);
    assert_eq!((ids(&news).len(), news.more, news.reset), (0, true, false));
    let news = only(asks(&ann, room, news.after, news.change).await);
    assert_eq!(ids(&news), [seen.id]);
    assert_eq!(ann.lists_room(room, 1, Position::Latest).await.messages[0].message.id, seen.id);
    assert!(has_no_news(&asks(&ann, room, seen.id, news.change).await));
}

#[tokio::test]
async fn a_direct_room_is_listed_with_its_first_message_and_gone_when_it_is_hidden() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let mut device = Client::of(&bob);
    device.catches_up().await;
    assert!(device.rooms.is_empty());
    ann.sends(room, "hi").await;
    device.catches_up().await;
    device.has_all("with a message").await;
    bob.leaves(room).await;
    assert_eq!(device.asks().await.gone, [room].into());
    ann.sends(room, "hi again").await;
    device.catches_up().await;
    device.has_all("with another message").await;
}
