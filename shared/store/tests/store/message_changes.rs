use domain::{Mentions, Text};
use store::Changed;

use crate::support::{NOW, make_room, message_id, send, user};

fn text(text: &str) -> Option<Text> {
    Text::try_from(text.to_owned()).ok()
}

#[tokio::test]
async fn of_two_edits_that_with_the_higher_number_stays() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let edits = async |number, content: &str| {
        let content = text(content);
        store.edit_message(&message, (content.as_ref(), Some(&Mentions::nobody())), number, NOW, false).await.unwrap()
    };
    // The same write again finds its own number.
    for _ in 0..2 {
        assert!(matches!(edits(5, "later").await, Changed::Now(_)));
    }
    let Changed::Not(left) = edits(4, "earlier").await else { panic!("the earlier edit was made") };
    assert_eq!((left.text, left.version, left.change), (text("later"), 2, 5));
}

#[tokio::test]
async fn a_deleted_message_stays_deleted() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    let Changed::Now(deleted) = store.delete_message(&message, user(1), 5, NOW).await.unwrap() else { panic!() };
    let content = text("again");
    let edit =
        store.edit_message(&message, (content.as_ref(), Some(&Mentions::nobody())), 6, NOW, false).await.unwrap();
    assert_eq!(edit, Changed::Not(deleted.clone()));
    // The first deletion stays, whether or not the second one has read it.
    let again = store.delete_message(&message, user(2), 7, NOW).await.unwrap();
    assert_eq!(again, Changed::Not(deleted.clone()));
    for (number, is_newest) in [(8, true), (4, false)] {
        let again = store.delete_message(&deleted, user(2), number, NOW).await.unwrap();
        let (Changed::Now(left) | Changed::Not(left)) = &again;
        assert_eq!((left.deletion, left.version, left.change), (deleted.deletion, 2, 8));
        assert_eq!(matches!(again, Changed::Now(_)), is_newest);
    }
}

#[tokio::test]
async fn the_last_number_of_a_hidden_message_stays() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let message = send(&store, room, 0).await;
    for number in [5, 4] {
        store.hide_message(room, message.id, user(2), number).await.unwrap();
    }
    let left = store.message(room, message.id).await.unwrap().unwrap();
    assert_eq!(left.hidden_from, [(user(2), 5)].into());
}

#[tokio::test]
async fn a_message_that_is_gone_does_not_come_back() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    store.forget_files(room, message_id(0)).await.unwrap();
    store.hide_message(room, message_id(0), user(2), 1).await.unwrap_err();
    assert_eq!(store.message(room, message_id(0)).await.unwrap(), None);
}
