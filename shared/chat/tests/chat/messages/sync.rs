use std::collections::BTreeMap;

use chat::{messages::sync, rooms};
use domain::{
    DeletedFor, History, KnownRoom, MembershipId, Message, MessageId, NewRoom, RemoveMember, RoomId, SetChat,
    SyncRooms, Synced, SyncedRoom,
};

use crate::support::{Client, Person, new_room, world};

/// Asks with one room, known as far as these numbers say.
pub(super) async fn asks(person: &Person, room: RoomId, after: impl Into<Option<MessageId>>, change: u64) -> Synced {
    let known = KnownRoom { after: after.into(), change: Some(change), ..KnownRoom::default() };
    asks_with(person, room, known).await
}

pub(super) async fn asks_with(person: &Person, room: RoomId, known: KnownRoom) -> Synced {
    let known = SyncRooms { rooms: [(room, known)].into(), marks: false };
    sync(&person.chat, &person.caller, &known).await.unwrap()
}

/// The news of the only room that has some.
pub(super) fn only(synced: Synced) -> SyncedRoom {
    assert!(synced.gone.is_empty() && !synced.more && synced.rooms.len() == 1, "{synced:?}");
    synced.rooms.into_values().next().unwrap()
}

pub(super) fn has_no_news(synced: &Synced) -> bool {
    synced.rooms.is_empty() && synced.gone.is_empty() && !synced.more
}

pub(super) fn ids(news: &SyncedRoom) -> Vec<MessageId> {
    news.messages.iter().map(|shown| shown.message.id).collect()
}

#[tokio::test]
async fn a_room_that_the_client_does_not_know_is_new() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hello").await;
    let known = SyncRooms::default();
    let news = only(sync(&world.chat, &ann.caller, &known).await.unwrap());
    assert_eq!((news.reset, news.more, news.change, news.messages.len()), (true, false, 0, 0));
    assert_eq!(news.room.last_message.unwrap().message, message);
    let by_its_id = only(asks_with(&ann, room, KnownRoom::default()).await);
    assert!(by_its_id.reset);
    assert!(has_no_news(&asks(&ann, room, message.id, news.change).await));
    // It does not want messages.
    assert!(has_no_news(&asks(&ann, room, None, news.change).await));
}

#[tokio::test]
async fn a_message_that_may_be_on_its_way_is_waited_for() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let first = ann.sends(room, "first").await;
    ann.dies_while_sending(room, 0).await;
    ann.sends(room, "third").await;
    let news = only(asks(&ann, room, MessageId::FIRST, 0).await);
    assert_eq!((ids(&news), news.more), (vec![first.id], false));
    assert!(has_no_news(&asks(&ann, room, first.id, 0).await));
}

#[tokio::test]
async fn changed_messages_come_as_they_are_now() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [one, other] = [ann.sends(room, "one").await, ann.sends(room, "other").await];
    ann.edits(&one, "1").await.unwrap();
    let edited = ann.edits(&one, "first").await.unwrap();
    let deleted = ann.deletes(&other, DeletedFor::Everyone).await.unwrap();
    let news = only(asks(&bob, room, other.id, 0).await);
    assert_eq!((news.changed, news.change, news.messages.len()), (vec![edited, deleted.clone()], 3, 0));
    // The new one is among the changed ones, too.
    let news = only(asks(&bob, room, one.id, 2).await);
    assert_eq!((news.messages, news.changed, news.change), (vec![deleted.clone()], vec![deleted], 3));
}

#[tokio::test]
async fn a_change_that_may_be_on_its_way_is_waited_for() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hello").await;
    ann.dies_while_changing(room, 0).await;
    ann.edits(&message, "again").await.unwrap();
    let news = only(asks(&ann, room, message.id, 0).await);
    assert_eq!((news.change, news.changed.len(), news.more, news.reset), (0, 1, false, false));
    // A client that lists the room now begins before the change as well.
    assert_eq!(only(asks_with(&ann, room, KnownRoom::default()).await).change, 0);
}

#[tokio::test]
async fn a_client_with_numbers_that_the_room_never_had_lists_it_anew() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hello").await;
    ann.edits(&message, "again").await.unwrap();
    assert!(has_no_news(&asks(&ann, room, message.id, 1).await));
    for (after, change) in [(message.id, 2), (message.id.next(), 1)] {
        let news = only(asks(&ann, room, after, change).await);
        // The edit may still be on its way.
        assert_eq!((news.reset, news.messages.len(), news.changed.len(), news.change), (true, 0, 0, 0));
    }
}

#[tokio::test]
async fn a_client_that_was_away_for_longer_than_changes_are_kept_lists_the_room_anew() {
    const MONTH: u64 = 30 * 24 * 60 * 60 * 1000;
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let old = ann.has_sent(room, "old", MONTH + 140_000).await;
    let message = ann.has_sent(room, "hello", MONTH + 130_000).await;
    let turn = ann.dies_while_changing(room, MONTH + 120_000).await;
    world.chat.store.put_change(&turn, message.id).await.unwrap();
    let mut device = Client::of(&ann);
    // There is a newer message, too, which comes with the others.
    device.knows(room, KnownRoom { after: Some(old.id), change: Some(0), ..KnownRoom::default() });
    assert!(device.asks().await.rooms[&room].reset);
    device.catches_up().await;
    device.has_all("after a month").await;
}

#[tokio::test]
async fn rooms_that_were_joined_left_and_deleted_meanwhile() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let mut device = Client::of(&bob);
    let [stays, left] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    let [removed, deleted] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    device.catches_up().await;
    bob.leaves(left).await;
    let removal = RemoveMember { room: removed, user: bob.id(), ban: None };
    rooms::remove_member(&world.chat, &ann.caller, &removal).await.unwrap();
    rooms::delete_chatroom(&world.chat, &ann.caller, deleted).await.unwrap();
    let joined = ann.makes_room(&[]).await;
    bob.joins(joined).await;
    let synced = device.asks().await;
    assert_eq!(synced.gone, [left, removed, deleted].into());
    assert_eq!(synced.rooms.keys().copied().collect::<Vec<_>>(), [joined]);
    assert_eq!(device.rooms.keys().copied().collect::<Vec<_>>(), [stays, joined]);
}

#[tokio::test]
async fn a_room_of_others_and_one_that_does_not_exist_are_gone_alike() {
    let world = world().await;
    let [ann, eve] = world.users(["ann", "eve"]).await;
    let [open, closed] = [ann.makes_room(&[]).await, ann.makes_closed_room(&[]).await];
    let direct = ann.opens_direct(&eve).await;
    let nowhere = RoomId::try_from(999).unwrap();
    for (after, change) in [(None, 0), (Some(MessageId::FIRST), 9)] {
        let known = KnownRoom { after, change: Some(change), ..KnownRoom::default() };
        let rooms: BTreeMap<_, _> = [open, closed, direct, nowhere].map(|room| (room, known)).into();
        let synced = sync(&world.chat, &eve.caller, &SyncRooms { rooms, marks: true }).await.unwrap();
        assert_eq!(synced.gone, [open, closed, direct, nowhere].into());
        assert!(synced.rooms.is_empty() && !synced.more);
    }
}

#[tokio::test]
async fn whoever_comes_back_lists_the_room_anew() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let new = NewRoom { history: Some(History::Joined), ..new_room(&[&bob]) };
    let room = rooms::create_chatroom(&world.chat, &ann.caller, new).await.unwrap().room.id;
    let before = ann.sends(room, "before").await;
    let mut device = Client::of(&bob);
    device.catches_up().await;
    assert_eq!(device.rooms[&room].messages.len(), 1);
    bob.leaves(room).await;
    // Bob's client would never hear of it.
    ann.deletes(&before, DeletedFor::Everyone).await.unwrap();
    bob.joins(room).await;
    let again = only(device.asks().await);
    assert!(again.reset && again.room.last_message.is_none(), "{again:?}");
    device.catches_up().await;
    device.has_all("in the second stay").await;
    // Without the membership, only visible messages count.
    assert!(only(asks(&bob, room, before.id, 0).await).reset);
    let after = ann.sends(room, "after").await;
    let news = only(asks(&bob, room, before.id, 0).await);
    assert_eq!((ids(&news), news.changed.len()), (vec![after.id], 0));
    let earlier = KnownRoom { membership: MembershipId::try_from(7).ok(), ..device.rooms[&room].known };
    assert!(only(asks_with(&bob, room, earlier).await).reset);
}

#[tokio::test]
async fn a_mark_that_was_moved_elsewhere_is_news() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    let [one, other] = [ann.sends(room, "one").await, ann.sends(room, "other").await];
    bob.reads(room, &[&one]).await;
    cem.reads(room, &[&other]).await;
    let known = |last_read: &Message| KnownRoom {
        after: Some(other.id),
        change: Some(0),
        last_read: Some(last_read.id),
        ..KnownRoom::default()
    };
    assert!(has_no_news(&asks_with(&bob, room, known(&one)).await));
    bob.reads(room, &[&other]).await;
    let news = only(asks_with(&bob, room, known(&one)).await);
    assert_eq!((news.room.unread, news.marks.len(), news.marks[&bob.id()].last_read), (0, 1, Some(other.id)));
    let marks = SyncRooms { rooms: [(room, known(&one))].into(), marks: true };
    let news = only(sync(&world.chat, &bob.caller, &marks).await.unwrap());
    let marks: Vec<_> = [&ann, &bob, &cem].map(|person| news.marks[&person.id()].last_read).into();
    assert_eq!(marks, [None, Some(other.id), Some(other.id)]);
}

#[tokio::test]
async fn what_another_device_has_changed_first_is_news() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hi").await;
    let mut known = KnownRoom {
        after: Some(message.id),
        change: Some(0),
        last_read: Some(MessageId::FIRST),
        settings: Some(0),
        ..KnownRoom::default()
    };
    assert!(has_no_news(&asks_with(&ann, room, known).await));
    let mute = SetChat { archived: Some(true), ..SetChat::of(room) };
    rooms::set_chat(&world.chat, &ann.caller, &mute).await.unwrap();
    let news = only(asks_with(&ann, room, known).await);
    assert_eq!((news.room.settings.archived, news.room.settings.settings_version), (true, 1));
    known.settings = Some(1);
    assert!(has_no_news(&asks_with(&ann, room, known).await));
    ann.reads(room, &[&message]).await;
    let news = only(asks_with(&ann, room, known).await);
    assert_eq!(news.marks[&ann.id()].last_read, Some(message.id));
    known.last_read = Some(message.id);
    assert!(has_no_news(&asks_with(&ann, room, known).await));
}
