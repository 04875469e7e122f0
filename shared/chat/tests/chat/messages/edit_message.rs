use domain::{DeletedFor, Position, Refusal};
use serde_json::json;

use crate::support::{assert_refused, texts, world};

#[tokio::test]
async fn the_room_sees_the_new_text_and_hears_of_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    bob.has_socket("phone").await;
    let edited = ann.edits(&message, "Hello again").await.unwrap();
    assert_eq!((edited.message.version, edited.message.edited_at.is_some()), (2, true));
    let heard = world.gateway.events("phone").remove(0);
    assert_eq!(heard, json!({"type": "edited", "conversation": room, "change": 1, "message": edited}));
    assert_eq!(texts(&bob.lists_room(room, 50, Position::Latest).await), ["Hello again"]);
    assert_eq!(bob.lists_rooms().await[0].last_message.as_ref(), Some(&edited));
    assert_eq!(bob.lists_changes(room, 0).await.changed, [edited]);
}

#[tokio::test]
async fn the_same_text_changes_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    let edited = ann.edits(&message, "Hello again").await.unwrap();
    bob.has_socket("phone").await;
    assert_eq!(ann.edits(&message, "Hello again").await.unwrap(), edited);
    assert_eq!(ann.room(room).await.changes, 1);
    assert!(world.gateway.events("phone").is_empty());
}

#[tokio::test]
async fn an_edit_without_a_record_is_made_again() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    // The call has died after the message and before the record.
    let turn = ann.dies_while_changing(room, 0).await;
    let text = "Hello again".to_owned().try_into().ok();
    let store = &world.chat.store;
    store.edit_message(&message, (text.as_ref(), None), turn.number, turn.at, false).await.unwrap();
    let edited = ann.edits(&message, "Hello again").await.unwrap();
    assert_eq!((edited.message.change, edited.message.version), (2, 3));
    assert_eq!(bob.lists_changes(room, 0).await.changed, [edited]);
}

#[tokio::test]
async fn only_the_sender_edits_and_not_for_long() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let old = bob.has_sent(room, "old", 20 * 60 * 1000 + 1000).await;
    assert_refused!(bob.edits(&old, "new").await, Refusal::TooLate);
    let young = ann.makes_room(&[&bob]).await;
    let young = bob.has_sent(young, "young", 19 * 60 * 1000).await;
    bob.edits(&young, "new").await.unwrap();
    assert_refused!(ann.edits(&young, "mine").await, Refusal::NotTheSender);
    assert_refused!(bob.edits(&young, "").await, Refusal::Invalid(_));
    ann.deletes(&young, DeletedFor::Everyone).await.unwrap();
    assert_refused!(bob.edits(&young, "newer").await, Refusal::MessageDeleted);
    assert_refused!(ann.edits(&young, "mine").await, Refusal::NotTheSender);
}

#[tokio::test]
async fn changes_share_the_pace_of_messages() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    ann.is_ahead_of_pace(room).await;
    assert_refused!(ann.edits(&message, "again").await, Refusal::RateLimited(_));
    assert_refused!(ann.deletes(&message, DeletedFor::Everyone).await, Refusal::RateLimited(_));
    assert_refused!(ann.deletes(&message, DeletedFor::Me).await, Refusal::RateLimited(_));
    assert_eq!(bob.room(room).await.changes, 0);
    bob.deletes(&message, DeletedFor::Me).await.unwrap();
}

#[tokio::test]
async fn a_newcomer_does_not_hear_of_what_was_sent_before() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_closed_room(&[&bob]).await;
    let message = ann.sends(room, "secret").await;
    ann.adds(room, &cem).await;
    for (person, socket) in [(&bob, "bob's"), (&cem, "cem's")] {
        person.has_socket(socket).await;
    }
    ann.edits(&message, "still secret").await.unwrap();
    assert_eq!(world.gateway.types("bob's"), ["edited"]);
    assert!(world.gateway.events("cem's").is_empty());
    assert!(cem.lists_changes(room, 0).await.changed.is_empty());
    assert_refused!(cem.edits(&message, "mine").await, Refusal::MessageNotFound(_));
    // Who comes back has seen it, and does not see it any more.
    bob.leaves(room).await;
    ann.adds(room, &bob).await;
    bob.has_socket("again").await;
    ann.edits(&message, "secret still").await.unwrap();
    assert!(world.gateway.events("again").is_empty());
}

#[tokio::test]
async fn behind_a_block_only_the_sender_sees_an_edit() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let message = ann.sends(room, "hello").await;
    bob.blocks(&ann).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    let edited = ann.edits(&message, "insult").await.unwrap();
    assert_eq!(edited.message.text.as_ref().map(domain::Text::as_str), Some("insult"));
    assert_eq!((world.gateway.types("ann's").len(), world.gateway.types("bob's").len()), (1, 0));
    assert_eq!(world.gateway.events("ann's")[0]["message"]["text"], "insult");
    let lists = async |person: &crate::support::Person| {
        let listed = person.lists_room(room, 50, Position::Latest).await;
        let changes = person.lists_changes(room, 0).await;
        let last = person.lists_rooms().await.remove(0).last_message;
        let texts = texts(&listed).into_iter().map(ToOwned::to_owned);
        let others = changes.changed.into_iter().chain(last);
        texts.chain(others.map(|shown| shown.message.text.unwrap().as_str().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(lists(&ann).await, ["insult"; 3]);
    assert_eq!(lists(&bob).await, ["hello"; 2]);
    let version = async |person: &crate::support::Person| {
        person.lists_room(room, 50, Position::Latest).await.messages[0].message.version
    };
    assert_eq!((version(&ann).await, version(&bob).await), (2, 1));
    let changes = bob.lists_changes(room, 0).await;
    assert_eq!((changes.changed.len(), changes.change), (0, 1));
    // An edit after the block replaces it.
    bob.unblocks(&ann).await;
    assert_eq!(lists(&bob).await, ["hello"; 2]);
    ann.edits(&message, "sorry").await.unwrap();
    assert_eq!((version(&ann).await, version(&bob).await), (3, 2));
    let heard = |socket| world.gateway.events(socket).pop().unwrap()["message"]["version"].clone();
    assert_eq!((heard("ann's"), heard("bob's")), (json!(3), json!(2)));
    assert_eq!((lists(&ann).await, lists(&bob).await), (vec!["sorry".to_owned(); 3], vec!["sorry".to_owned(); 3]));
}
