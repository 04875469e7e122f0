//! Changes of one message that meet, in both orders and at the same moment. `react_to_message.rs` has those of
//! reactions.

use chat::messages::{forward_message, send_message};
use domain::{ClientId, DeletedFor, ForwardMessage, Mentions, Position, Refusal, Text};
use serde_json::{Value, json};

use crate::support::{assert_refused, draft, world};

/// Runs two calls: one after the other, the other way round, and several times at the same moment.
macro_rules! races {
    ($order:expr, $one:expr, $other:expr) => {
        match $order {
            0 => ($one.await, $other.await),
            1 => {
                let other = $other.await;
                ($one.await, other)
            }
            _ => tokio::join!($one, $other),
        }
    };
}

#[tokio::test]
async fn an_edit_and_a_deletion_leave_no_text() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for order in 0..8 {
        let message = bob.sends(room, "hello").await;
        let remover = if order % 2 == 0 { &ann } else { &bob };
        let (edited, deleted) =
            races!(order, bob.edits(&message, "again"), remover.deletes(&message, DeletedFor::Everyone));
        deleted.unwrap();
        if edited.is_err() {
            assert_refused!(edited, Refusal::MessageDeleted);
        }
        let left = world.chat.store.message(room, message.id).await.unwrap().unwrap();
        assert!(left.deletion.is_some() && !left.has_content() && left.edited_at.is_none(), "{left:?}");
        assert!(ann.lists_changes(room, 0).await.changed.last().unwrap().message.deletion.is_some());
    }
}

#[tokio::test]
async fn of_two_edits_the_one_with_the_higher_number_stays() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let tablet = ann.opens_session("s2").await;
    let room = ann.makes_room(&[&bob]).await;
    bob.has_socket("bob's").await;
    for order in 0..8 {
        let message = ann.sends(room, "hello").await;
        let (one, other) = races!(order, ann.edits(&message, "one"), tablet.edits(&message, "other"));
        one.and(other).unwrap();
        let events =
            world.gateway.events("bob's").into_iter().filter(|event| event["message"]["id"] == json!(message.id));
        let newest = events.max_by_key(|event| event["change"].as_u64()).unwrap();
        let shown = bob.lists_room(room, 1, Position::Latest).await.messages.remove(0);
        assert_eq!(serde_json::to_value(&shown).unwrap()["text"], newest["message"]["text"]);
        assert_eq!(bob.lists_changes(room, 0).await.changed.pop(), Some(shown));
    }
}

#[tokio::test]
async fn an_edit_of_the_text_leaves_the_mentions_of_an_edit_before_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let mentions = Mentions::Users([bob.id()].into());
    // Both have read the message before.
    for (number, text, mentions) in [(1, "one", Some(&mentions)), (2, "other", None)] {
        let text = Text::try_from(text.to_owned()).unwrap();
        let content = (Some(&text), mentions);
        world.chat.store.edit_message(&message, content, number, chat::now(), false).await.unwrap();
    }
    let left = world.chat.store.message(room, message.id).await.unwrap().unwrap();
    assert_eq!((left.text.unwrap().as_str(), left.mentions), ("other", mentions));
}

#[tokio::test]
async fn who_has_left_edits_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    for order in 0..6 {
        let room = ann.makes_room(&[&bob]).await;
        let message = bob.sends(room, "hello").await;
        let (edited, ()) = races!(order, bob.edits(&message, "again"), bob.leaves(room));
        let text = if edited.is_ok() { "again" } else { "hello" };
        if edited.is_err() {
            assert_refused!(edited, Refusal::NotAMember);
        }
        let shown = ann.lists_room(room, 1, Position::Latest).await.messages.remove(0);
        assert_eq!(serde_json::to_value(&shown).unwrap()["text"], text);
    }
}

#[tokio::test]
async fn the_sender_and_an_admin_delete_once() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for order in 0..6 {
        let message = bob.sends(room, "hello").await;
        let deletes = |person| crate::support::Person::deletes(person, &message, DeletedFor::Everyone);
        let (by_sender, by_admin) = races!(order, deletes(&bob), deletes(&ann));
        let (by_sender, by_admin) = (by_sender.unwrap().message, by_admin.unwrap().message);
        assert_eq!((by_sender.deletion, by_sender.version), (by_admin.deletion, 2));
    }
}

#[tokio::test]
async fn a_forward_and_a_deletion_leave_a_copy_or_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let (room, target) = (ann.makes_room(&[&bob]).await, bob.makes_room(&[]).await);
    for order in 0..6 {
        let message = ann.sends(room, "hello").await;
        let client_id = ClientId::try_from(order.to_string()).unwrap();
        let forward = ForwardMessage { room, message: message.id, to: [target].into(), client_id };
        let (forwarded, deleted) = races!(
            order,
            forward_message(&world.chat, &bob.caller, Ok(forward)),
            ann.deletes(&message, DeletedFor::Everyone)
        );
        deleted.unwrap();
        match forwarded {
            Ok(mut results) => {
                let copy = results.remove(0).outcome.unwrap().message;
                let stored = world.chat.store.message(target, copy.id).await.unwrap();
                assert_eq!((stored.unwrap().text, order == 1), (message.text, false));
            }
            refused => assert_refused!(refused, Refusal::MessageDeleted),
        }
    }
}

#[tokio::test]
async fn a_reply_to_a_message_that_is_being_deleted_quotes_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for order in 0..6 {
        let message = ann.sends(room, "hello").await;
        let mut reply = draft(room, "yes");
        reply.content.reply_to = Some(message.id);
        let (sent, deleted) = races!(
            order,
            send_message(&world.chat, &bob.caller, Ok(reply)),
            ann.deletes(&message, DeletedFor::Everyone)
        );
        deleted.unwrap();
        match sent {
            Ok(sent) => {
                let last = ann.lists_room(room, 1, Position::Latest).await.messages.remove(0);
                let shown = serde_json::to_value(&last).unwrap();
                assert_eq!((last.message.id, &shown["quoted"]), (sent.message.message.id, &Value::Null));
            }
            refused => assert_refused!(refused, Refusal::MessageDeleted),
        }
    }
}
