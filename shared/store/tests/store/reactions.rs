use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Attachment, AttachmentId, Emoji, FileName, MAX_REACTIONS, MediaType, Mentions, Message, Reaction, Refusal, Text,
    WithheldEdit,
};
use futures_util::future::join_all;
use store::Changed;

use crate::support::{NOBODY, PUSHES, client_id, digest, make_room, message, message_id, send, user};

fn emoji(text: &str) -> Emoji {
    Emoji::try_from(text.to_owned()).unwrap()
}

#[tokio::test]
async fn a_hundred_reactions_at_once_all_count() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let thumb = emoji("👍");
    // Those at the same moment find a reaction, so that each takes one write.
    let first = store.react_to_message(&message, user(100), Some(&thumb), 1, false).await.unwrap();
    let Changed::Now(message) = first else { panic!("{first:?}") };
    for (set, change, expected) in [(Some(&thumb), 2, 100), (None, 200, 0)] {
        let all = (1..=100).map(|id| store.react_to_message(&message, user(id), set, change + id, false));
        let refused: Vec<_> = join_all(all).await.into_iter().filter_map(Result::err).collect();
        assert!(refused.is_empty(), "{refused:?}");
        let stored = store.message(room, message.id).await.unwrap().unwrap();
        assert_eq!((stored.reactors().len(), stored.reactions.len()), (expected, 100));
        assert!(stored.reactions.iter().all(|(user, last)| last.change == change + user.get()));
    }
}

#[tokio::test]
async fn first_reactions_at_once_all_count() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let thumb = emoji("👍");
    // Each twice, as by a client that has lost the answer.
    let all = (2..22).map(|number| store.react_to_message(&message, user(number / 2), Some(&thumb), number, false));
    assert!(join_all(all).await.into_iter().all(|changed| changed.is_ok()));
    let stored = store.message(room, message.id).await.unwrap().unwrap();
    assert!(stored.reactions.len() == 10 && stored.reactions.values().all(|last| last.change % 2 == 1), "{stored:?}");
}

#[tokio::test]
async fn the_highest_number_stays_and_a_deletion_removes_all() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let reacts = async |number, emoji: Option<&Emoji>| {
        store.react_to_message(&message, user(1), emoji, number, false).await.unwrap()
    };
    let (thumb, heart) = (emoji("👍"), emoji("❤️"));
    assert!(matches!(reacts(5, Some(&thumb)).await, Changed::Now(_)));
    assert!(matches!(reacts(4, Some(&heart)).await, Changed::Not(_)));
    // A removal leaves its number. The same write again finds it.
    for _ in 0..2 {
        assert!(matches!(reacts(7, None).await, Changed::Now(_)));
    }
    assert!(matches!(reacts(6, Some(&heart)).await, Changed::Not(_)));
    let stored = store.message(room, message.id).await.unwrap().unwrap();
    assert_eq!(stored.reactions, [(user(1), Reaction { change: 7, emoji: None })].into());
    store.react_to_message(&message, user(2), Some(&heart), 8, true).await.unwrap();
    store.delete_message(&message, user(1), 9, message_id(1).created_at()).await.unwrap();
    assert!(matches!(reacts(10, Some(&heart)).await, Changed::Not(_)));
    let stored = store.message(room, message.id).await.unwrap().unwrap();
    assert!(stored.reactions.is_empty() && stored.withheld_reactions.is_empty());
}

#[tokio::test]
async fn a_message_keeps_so_many_reactions() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let turn = store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
    let reactions = (1..=MAX_REACTIONS as u64).map(|id| (user(id), Reaction { change: id, emoji: Some(emoji("👍")) }));
    let full = Message { reactions: reactions.collect(), ..message(room, user(1), &turn) };
    store.put_message(&full, &digest("hi")).await.unwrap();
    let (other, first) = (user(MAX_REACTIONS as u64 + 1), user(1));
    let refused = store.react_to_message(&full, other, Some(&emoji("🎉")), 9999, false).await.unwrap_err();
    assert!(matches!(refused, domain::Error::Refused(Refusal::TooManyReactions)), "{refused:?}");
    assert!(matches!(store.react_to_message(&full, first, None, 9999, false).await.unwrap(), Changed::Now(_)));
}

#[tokio::test]
async fn a_deletion_leaves_these_attributes_alone() {
    let engine = embedded::engine();
    let store = &engine.store;
    let room = make_room(store, 2).await;
    let sent = send(store, room, 0).await;
    let file = |id: u64, content_type| Attachment {
        id: AttachmentId::new([u8::try_from(id).unwrap(); 16]),
        content_type,
        size: 7,
        name: FileName::try_from("a".to_owned()).unwrap(),
    };
    let reactions: BTreeMap<_, _> = [(user(2), Reaction { change: 1, emoji: Some(emoji("👍")) })].into();
    let edit =
        |mentions| WithheldEdit { text: Text::try_from("no".to_owned()).ok(), mentions, at: sent.id.created_at() };
    for (number, mentions) in [(1, Mentions::Users([user(2)].into())), (2, Mentions::All)] {
        let message = Message {
            id: message_id(number),
            picture: Some(file(number, MediaType::Png)),
            video: Some(file(number + 2, MediaType::Mp4)),
            reply_to: Some(sent.id),
            mentions: mentions.clone(),
            forwarded: Some(1),
            client_id: Some(client_id(&number.to_string())),
            previous: Some(sent.id),
            withheld: true,
            version: 2,
            withheld_edits: 1,
            edited_at: Some(sent.id.created_at()),
            withheld_edit: Some(edit(mentions)),
            reactions: reactions.clone(),
            withheld_reactions: reactions.clone(),
            change: 1,
            ..sent.clone()
        };
        let first = store.put_message(&message, &digest("hi")).await.unwrap();
        assert!(first.is_none());
        store.hide_message(room, message.id, user(2), 2).await.unwrap();
        store.delete_message(&message, user(1), 3, sent.id.created_at()).await.unwrap();
        let read = engine.client.get_item().table_name(engine.table("MessagesTable")).consistent_read(true);
        let n = |number: u64| AttributeValue::N(number.to_string());
        let read = read.key("room_id", n(room.get())).key("id", n(message.id.get()));
        let item = read.send().await.unwrap().item.unwrap();
        let names: BTreeSet<_> = item.keys().map(String::as_str).collect();
        let expected = [
            "room_id",
            "id",
            "sender",
            "receivers",
            "receivers_count",
            "sequence",
            "client_id",
            "previous",
            "withheld",
            "version",
            "withheld_edits",
            "deleted_at",
            "deleted_by",
            "files_to_erase",
            "hidden_from 2",
            "change",
        ];
        assert_eq!(names, expected.into());
    }
}
