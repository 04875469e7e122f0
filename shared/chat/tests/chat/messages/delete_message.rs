use std::{slice::from_ref, time::Duration};

use bucket::Erasure;
use chat::messages::send_message;
use domain::{AttachmentId, DeletedFor, MediaType, Message, Position, Refusal, RoomId, UserId};
use serde_json::json;

use crate::support::{Person, World, assert_refused, draft, picture, slow::Delay, texts, world, world_of};

const SIXTY_HOURS: u64 = 60 * 60 * 60 * 1000;

#[tokio::test]
async fn nothing_of_the_content_is_left() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = bob.sends(room, "hello").await;
    ann.has_socket("phone").await;
    let deleted = bob.deletes(&message, DeletedFor::Everyone).await.unwrap();
    let deletion = deleted.message.deletion.unwrap();
    assert_eq!((deletion.by, deleted.message.version), (bob.id(), 2));
    let heard = world.gateway.events("phone").remove(0);
    assert_eq!(heard, json!({"type": "deleted", "conversation": room, "change": 1, "message": deleted}));
    assert_eq!((&heard["message"]["text"], &heard["message"]["sequence"]), (&json!(""), &json!(1)));
    assert_eq!(ann.lists_room(room, 50, Position::Latest).await.messages, from_ref(&deleted));
    assert_eq!(ann.lists_rooms().await[0].last_message.as_ref(), Some(&deleted));
    assert_eq!(ann.lists_changes(room, 0).await.changed, from_ref(&deleted));
    // A repetition changes nothing.
    assert_eq!(bob.deletes(&message, DeletedFor::Everyone).await.unwrap(), deleted);
    assert_eq!((ann.room(room).await.changes, world.gateway.events("phone").len()), (1, 1));
}

#[tokio::test]
async fn the_sender_deletes_for_sixty_hours_and_an_admin_always() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    for (age, late) in [(SIXTY_HOURS - 60_000, false), (SIXTY_HOURS + 60_000, true)] {
        let room = ann.makes_room(&[&bob, &cem]).await;
        let message = bob.has_sent(room, "hello", age).await;
        assert_refused!(cem.deletes(&message, DeletedFor::Everyone).await, Refusal::NotTheSender);
        if late {
            assert_refused!(bob.deletes(&message, DeletedFor::Everyone).await, Refusal::TooLate);
            ann.deletes(&message, DeletedFor::Everyone).await.unwrap();
        } else {
            bob.deletes(&message, DeletedFor::Everyone).await.unwrap();
        }
        assert_refused!(cem.deletes(&message, DeletedFor::Everyone).await, Refusal::NotTheSender);
        assert_eq!(ann.room(room).await.changes, 1);
    }
    let direct = bob.opens_direct(&ann).await;
    let message = ann.sends(direct, "hello").await;
    assert_refused!(bob.deletes(&message, DeletedFor::Everyone).await, Refusal::NotTheSender);
}

#[tokio::test]
async fn a_message_that_one_has_deleted_for_oneself_is_hidden_from_oneself() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let first = ann.sends(room, "first").await;
    let second = ann.sends(room, "second").await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    let hidden = bob.deletes(&second, DeletedFor::Me).await.unwrap();
    assert_eq!((world.gateway.types("ann's").len(), world.gateway.types("bob's")), (0, vec!["deleted".to_owned()]));
    let shown = serde_json::to_value(&hidden).unwrap();
    assert_eq!((&shown["hidden"], &shown["text"], &shown["deleted_at"]), (&json!(true), &json!(""), &json!(null)));
    assert_eq!(texts(&bob.lists_room(room, 50, Position::Latest).await), ["first"]);
    assert_eq!(texts(&bob.lists_all(50, Position::Latest).await), ["first"]);
    assert_eq!(bob.lists_rooms().await[0].last_message.as_ref().unwrap().message.id, first.id);
    let changes = bob.lists_changes(room, 0).await;
    assert_eq!((changes.changed, changes.change), (vec![hidden.clone()], 1));
    let others = ann.lists_changes(room, 0).await;
    assert_eq!((others.changed, others.change), (vec![], 1));
    assert_eq!(texts(&ann.lists_room(room, 50, Position::Latest).await), ["first", "second"]);
    assert_eq!(bob.deletes(&second, DeletedFor::Me).await.unwrap(), hidden);
    assert_eq!(ann.room(room).await.changes, 1);
    // An edit does not bring it back.
    ann.edits(&second, "changed").await.unwrap();
    assert_eq!(world.gateway.types("bob's"), ["deleted"]);
    bob.leaves(room).await;
    bob.joins(room).await;
    assert_eq!(texts(&bob.lists_room(room, 50, Position::Latest).await), ["first"]);
}

#[tokio::test]
async fn no_event_shows_a_message_that_was_hidden_after_it_was_read() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    bob.has_socket("bob's").await;
    delay.set(2_000);
    // Until then, the edit has asked for the message.
    let hiding = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        delay.set(0);
        bob.deletes(&message, DeletedFor::Me).await
    };
    let (edited, hidden) = tokio::join!(ann.edits(&message, "again"), hiding);
    edited.and(hidden).unwrap();
    assert_eq!(world.gateway.types("bob's"), ["deleted"]);
}

#[tokio::test]
async fn a_message_that_one_has_deleted_for_oneself_is_not_unread() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let mut messages = Vec::new();
    for text in ["1", "2", "3", "4"] {
        messages.push(ann.sends(room, text).await);
    }
    let unread = async || bob.lists_rooms().await[0].unread;
    bob.reads(room, &[&messages[0]]).await;
    for (hidden, left) in [(0, 3), (1, 2), (3, 1), (1, 1)] {
        bob.deletes(&messages[hidden], DeletedFor::Me).await.unwrap();
        assert_eq!(unread().await, left, "{hidden}");
    }
    let fifth = ann.sends(room, "5").await;
    assert_eq!((unread().await, ann.lists_rooms().await[0].unread), (2, 0));
    bob.reads(room, &[&messages[2]]).await;
    assert_eq!(unread().await, 1);
    bob.reads(room, &[&fifth]).await;
    let stays = world.chat.store.memberships(bob.id(), store::Consistency::Strong).await.unwrap();
    assert_eq!((unread().await, stays[0].hidden_unread.len()), (0, 0));
}

async fn sends_picture(world: &World, sender: &Person, room: RoomId) -> (AttachmentId, Message) {
    let id = sender.uploads(world, room, MediaType::Png, picture()).await;
    world.checks(id).await.unwrap();
    let mut draft = draft(room, "look");
    draft.content.picture = Some(id);
    (id, send_message(&world.chat, &sender.caller, Ok(draft)).await.unwrap().message.message)
}

#[tokio::test]
async fn a_refused_deletion_asks_for_nothing() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let (_, message) = sends_picture(&world, &ann, room).await;
    ann.is_ahead_of_pace(room).await;
    assert_refused!(ann.deletes(&message, DeletedFor::Everyone).await, Refusal::RateLimited(_));
    assert!(!world.files.has(&format!("erasures/{room}/{}", message.id)));
}

#[tokio::test]
async fn its_files_are_erased_after_the_call() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let (id, message) = sends_picture(&world, &ann, room).await;
    let objects = [format!("attachments/{id}"), format!("thumbnails/{id}")];
    for object in &objects {
        assert!(world.files.has(object), "{object}");
    }
    ann.deletes(&message, DeletedFor::Everyone).await.unwrap();
    let request = format!("erasures/{room}/{}", message.id);
    assert!(world.files.has(&request));
    chat::erase(&world.chat, Erasure::of_key(&request).unwrap()).await.unwrap();
    for object in objects.iter().chain([&request]) {
        assert!(!world.files.has(object), "{object}");
    }
    let left = world.chat.store.message(room, message.id).await.unwrap().unwrap();
    assert_eq!(left.files().count(), 0);
    assert!(world.chat.store.upload(id).await.unwrap().is_none());
}

#[tokio::test]
async fn so_many_people_delete_one_message_for_themselves() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    for id in 1..=1024 {
        let user = UserId::try_from(1_000_000 + id).unwrap();
        world.chat.store.hide_message(room, message.id, user, id).await.unwrap();
    }
    assert_refused!(bob.deletes(&message, DeletedFor::Me).await, Refusal::TooManyDeletions);
    assert_eq!(ann.room(room).await.changes, 0, "a refusal takes no number");
    ann.deletes(&message, DeletedFor::Everyone).await.unwrap();
}
