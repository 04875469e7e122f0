use std::time::Duration;

use chat::rooms::{create_chatroom, list_chatrooms};
use domain::{
    Attachment, AttachmentId, DeletedFor, Description, FileName, History, MAX_ANSWER_BYTES, MediaType, Mentions,
    Message, MessageId, NewRoom, Progress, RoomId, RoomName, Upload,
};

use crate::support::{Person, World, draft, new_room, world};

/// An open room whose newcomers see nothing from before.
fn joined_only() -> NewRoom {
    NewRoom { history: Some(History::Joined), ..new_room(&[]) }
}

async fn rooms(person: &Person) -> Vec<RoomId> {
    person.lists_rooms().await.into_iter().map(|summary| summary.room.room.id).collect()
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

#[tokio::test]
async fn a_long_text_is_cut() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    ann.sends(room, &"ü".repeat(201)).await;
    let shown = serde_json::to_value(&ann.lists_rooms().await[0]).unwrap();
    assert_eq!(shown["last_message"]["text"], "ü".repeat(200));
    assert_eq!(shown["last_message"]["truncated"], true);
}

/// Sends a picture with the longest name to a room, past the bucket.
async fn sends_picture(world: &World, person: &Person, room: RoomId) {
    let store = &world.chat.store;
    let id = AttachmentId::new(fastrand::u128(..).to_be_bytes());
    let name = FileName::try_from("😀".repeat(63)).unwrap();
    let attachment = Attachment { id, content_type: MediaType::Png, size: 1, name };
    let expires_at = Some(chat::now() + Duration::from_hours(1));
    let (owner, progress) = (person.id(), Progress::Announced);
    store
        .announce(&Upload { attachment: attachment.clone(), room: Some(room), owner, progress, expires_at })
        .await
        .unwrap();
    store.mark_ready(&attachment).await.unwrap();
    let wanted = MessageId::new(chat::now(), 0);
    let turn = store.take_turn(room, owner, wanted, &Mentions::nobody(), world.chat.settings.pushes).await.unwrap();
    let message = Message::empty(turn.id, room, owner, turn.sequence);
    store
        .put_message(&Message { picture: Some(attachment), ..message }, &draft(room, "hi").content.digest().unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_list_that_fits_no_answer_has_pages() {
    const ROOMS: u64 = 480;
    let world = world().await;
    let ann = world.user("ann").await;
    for _ in 0..ROOMS {
        let description = Description::try_from("\"".repeat(1000)).unwrap();
        let name = RoomName::try_from("\"".repeat(255)).ok();
        let new = NewRoom { name, description, ..new_room(&[]) };
        let room = create_chatroom(&world.chat, &ann.caller, new).await.unwrap();
        sends_picture(&world, &ann, room.room.id).await;
    }
    let (mut found, mut sizes, mut before) = (Vec::new(), Vec::new(), None);
    loop {
        let page = list_chatrooms(&world.chat, &ann.caller, before).await.unwrap();
        let json = serde_json::to_string(&serde_json::to_string(&page.items).unwrap()).unwrap();
        assert!(json.len() <= MAX_ANSWER_BYTES, "{}", json.len());
        sizes.push(page.items.len());
        found.splice(0..0, page.items.iter().map(|summary| summary.room.room.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(sizes.len(), 2, "{sizes:?}");
    assert!(found.iter().copied().eq((1..=ROOMS).map(|id| RoomId::try_from(id).unwrap())), "{found:?}");
}

#[tokio::test]
async fn a_newcomer_sees_no_last_message_from_before() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = create_chatroom(&world.chat, &ann.caller, joined_only()).await.unwrap().room.id;
    ann.sends(room, "before").await;
    bob.joins(room).await;
    let last = async || {
        let rooms = bob.lists_rooms().await;
        rooms[0].last_message.as_ref().map(|shown| shown.message.id)
    };
    assert_eq!(last().await, None);
    ann.dies_while_sending(room, 0).await;
    assert_eq!(last().await, None, "a hole is no reason to look further back");
    let after = ann.sends(room, "after").await;
    assert_eq!((last().await, unread(&bob).await), (Some(after.id), 1), "a hole is not unread");
}

#[tokio::test]
async fn a_direct_room_is_listed_for_its_opener_and_for_the_other_one_from_its_first_message() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    assert_eq!((rooms(&ann).await, rooms(&bob).await), (vec![room], vec![]));
    ann.sends(room, "hi").await;
    assert_eq!(rooms(&bob).await, [room]);
    for (person, peer) in [(&ann, &bob), (&bob, &ann)] {
        let listed = serde_json::to_value(&person.lists_rooms().await[0]).unwrap();
        assert_eq!((&listed["type"], &listed["name"]), (&"direct".into(), &"".into()));
        assert_eq!(listed["peer"], serde_json::to_value(&peer.user).unwrap());
    }
}

#[tokio::test]
async fn behind_a_block_the_list_shows_what_was_there_before() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    ann.sends(room, "hi").await;
    ann.blocks(&bob).await;
    let last = async |person: &Person| {
        let rooms = person.lists_rooms().await;
        (rooms[0].last_message.as_ref().map(|shown| shown.message.sequence), rooms[0].unread)
    };
    assert_eq!((last(&ann).await, last(&bob).await), ((Some(1), 0), (Some(1), 1)));
    for _ in 0..3 {
        bob.sends(room, "psst").await;
    }
    assert_eq!((last(&ann).await, last(&bob).await), ((Some(1), 0), (Some(4), 0)));
    ann.unblocks(&bob).await;
    assert_eq!(last(&ann).await, (Some(1), 0), "what was sent meanwhile stays hidden");
    bob.sends(room, "at last").await;
    assert_eq!((last(&ann).await, last(&bob).await), ((Some(5), 1), (Some(5), 0)));
}

#[tokio::test]
async fn a_direct_room_that_was_never_more_than_hidden_is_not_listed() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = bob.opens_direct(&ann).await;
    ann.blocks(&bob).await;
    bob.sends(room, "psst").await;
    assert_eq!((rooms(&ann).await, rooms(&bob).await), (vec![], vec![room]));
}

#[tokio::test]
async fn the_last_message_is_the_one_before_those_that_the_user_has_deleted_for_themselves() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let last = ann.sends(room, "stays").await;
    for _ in 0..12 {
        let message = ann.sends(room, "is hidden").await;
        ann.deletes(&message, DeletedFor::Me).await.unwrap();
    }
    assert_eq!(ann.lists_rooms().await[0].last_message.as_ref().map(|shown| shown.message.id), Some(last.id));
}
