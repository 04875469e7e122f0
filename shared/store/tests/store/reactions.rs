use domain::{Emoji, MAX_REACTIONS, Message, Reaction, Refusal};
use futures_util::future::join_all;
use store::Changed;

use crate::support::{digest, make_room, message_id, send, user};

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
    let message = send(&store, room, 0).await;
    let reactions = (1..=MAX_REACTIONS as u64).map(|id| (user(id), Reaction { change: id, emoji: Some(emoji("👍")) }));
    let full = Message { reactions: reactions.collect(), ..message };
    store.put_message(&full, &digest("hi")).await.unwrap();
    let (other, first) = (user(MAX_REACTIONS as u64 + 1), user(1));
    let refused = store.react_to_message(&full, other, Some(&emoji("🎉")), 9999, false).await.unwrap_err();
    assert!(matches!(refused, domain::Error::Refused(Refusal::TooManyReactions)), "{refused:?}");
    assert!(matches!(store.react_to_message(&full, first, None, 9999, false).await.unwrap(), Changed::Now(_)));
}
