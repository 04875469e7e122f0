use domain::RoomId;

use crate::support::{Person, world};

async fn rooms(person: &Person) -> Vec<RoomId> {
    person.lists_rooms().await.into_iter().map(|summary| summary.room.id).collect()
}

async fn unread(person: &Person) -> u64 {
    person.lists_rooms().await[0].unread
}

#[tokio::test]
async fn the_most_recently_active_room_is_last() {
    let world = world().await;
    let [ann, bob, eve] = world.users(["ann", "bob", "eve"]).await;
    let [garden, kitchen] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    assert_eq!(rooms(&bob).await, [garden, kitchen]);
    ann.sends(garden, "hi").await;
    assert_eq!(rooms(&bob).await, [kitchen, garden]);
    bob.sends(kitchen, "hi").await;
    assert_eq!(rooms(&bob).await, [garden, kitchen]);
    assert!(rooms(&eve).await.is_empty());
}

#[tokio::test]
async fn unread_are_the_messages_of_others_since_one_read_or_wrote() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let first = ann.sends(room, "one").await;
    ann.sends(room, "two").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 2));
    bob.reads(room, &[&first]).await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (0, 1));
    bob.sends(room, "three").await;
    assert_eq!((unread(&ann).await, unread(&bob).await), (1, 0));
    cem.joins(room).await;
    assert_eq!(unread(&cem).await, 0, "a newcomer has missed nothing");
}

#[tokio::test]
async fn the_list_of_rooms_shows_the_last_message_that_is_stored() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let stored = ann.sends(room, "stored").await;
    ann.dies_while_sending(room, 0).await;
    let rooms = bob.lists_rooms().await;
    let last = rooms[0].last_message.as_ref().map(|shown| &shown.message);
    assert_eq!((last, rooms[0].unread), (Some(&stored), 1));
}
