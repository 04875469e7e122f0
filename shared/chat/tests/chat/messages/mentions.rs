use chat::messages::{send_message, send_over_socket};
use domain::{DeletedFor, Draft, Mentions, Message, Position, Refusal, RoomId, UserId};
use serde_json::{Value, json};

use crate::support::{Person, assert_refused, draft, draft_of_client, world};

fn mention(room: RoomId, users: &[UserId]) -> Draft {
    let mut draft = draft(room, "psst");
    draft.content.mentions = Mentions::Users(users.iter().copied().collect());
    draft
}

fn mention_all(room: RoomId) -> Draft {
    let mut draft = draft(room, "hear, hear");
    draft.content.mentions = Mentions::All;
    draft
}

/// The mentions of a message, and whether it mentions all.
fn mentions(message: &Value) -> [Value; 2] {
    [message["mentions"].clone(), message["mentions_all"].clone()]
}

/// The same of the last message that somebody lists.
async fn seen(reader: &Person, room: RoomId) -> [Value; 2] {
    let listed = reader.lists_room(room, 1, Position::Latest).await;
    mentions(&serde_json::to_value(&listed.messages[0]).unwrap())
}

#[tokio::test]
async fn other_members_are_mentioned_and_nobody_else() {
    let world = world().await;
    let [ann, bob, cem, eve] = world.users(["ann", "bob", "cem", "eve"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    bob.has_socket("bob's").await;
    let nobody = UserId::try_from(1_000_000).unwrap();
    let everybody = [bob.id(), ann.id(), eve.id(), nobody];
    let sent = send_message(&world.chat, &ann.caller, Ok(mention(room, &everybody))).await.unwrap();
    assert_eq!(sent.message.message.mentions, Mentions::Users([bob.id()].into()));
    let expected = [json!([bob.id()]), json!(false)];
    assert_eq!(seen(&cem, room).await, expected);
    assert_eq!(mentions(&world.gateway.events("bob's")[0]), expected);
    send_over_socket(&world.chat, &ann.socket("ann's"), Ok(mention(room, &[cem.id(), bob.id()]))).await.unwrap();
    assert_eq!(seen(&bob, room).await, [json!([bob.id(), cem.id()]), json!(false)]);
    send_message(&world.chat, &ann.caller, Ok(mention_all(room))).await.unwrap();
    assert_eq!(seen(&bob, room).await, [json!([]), json!(true)]);
    ann.sends(room, "hi").await;
    assert_eq!(seen(&bob, room).await, [json!([]), json!(false)]);
}

#[tokio::test]
async fn all_members_of_a_large_room_are_mentioned_by_admins_only() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let small = ann.makes_large_room(&[&bob], 32).await;
    send_message(&world.chat, &bob.caller, Ok(mention_all(small))).await.unwrap();
    let large = ann.makes_large_room(&[&bob], 33).await;
    let own = bob.socket("bob's");
    assert_refused!(send_message(&world.chat, &bob.caller, Ok(mention_all(large))).await, Refusal::NotAnAdmin);
    assert_refused!(send_over_socket(&world.chat, &own, Ok(mention_all(large))).await, Refusal::NotAnAdmin);
    send_message(&world.chat, &bob.caller, Ok(mention(large, &[ann.id()]))).await.unwrap();
    let sent = send_message(&world.chat, &ann.caller, Ok(mention_all(large))).await.unwrap();
    // No refusal has taken a turn.
    assert_eq!((sent.message.message.sequence, sent.message.message.mentions), (2, Mentions::All));
}

#[tokio::test]
async fn other_mentions_are_another_content() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    let draft = |mentions| {
        let mut draft = draft_of_client(room, "psst", "c1");
        draft.content.mentions = mentions;
        Ok(draft)
    };
    let of = |users: &[&Person]| Mentions::Users(users.iter().map(|user| user.id()).collect());
    let first = send_message(&world.chat, &ann.caller, draft(of(&[&bob]))).await.unwrap();
    let again = send_message(&world.chat, &ann.caller, draft(of(&[&bob]))).await.unwrap();
    assert!(!again.new && again.message == first.message);
    for other in [of(&[]), of(&[&cem]), of(&[&bob, &cem]), Mentions::All] {
        assert_refused!(send_message(&world.chat, &ann.caller, draft(other)).await, Refusal::ClientIdReused);
    }
    // The members of that time count.
    bob.leaves(room).await;
    let again = send_message(&world.chat, &ann.caller, draft(of(&[&bob]))).await.unwrap();
    assert!(!again.new && again.message == first.message);
}

#[tokio::test]
async fn behind_a_block_a_mention_looks_as_ever_and_reaches_nobody() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    ann.has_socket("ann's").await;
    ann.blocks(&bob).await;
    let sent = send_message(&world.chat, &bob.caller, Ok(mention(room, &[ann.id()]))).await.unwrap();
    assert_eq!(sent.message.message.mentions, Mentions::Users([ann.id()].into()));
    assert_eq!(seen(&bob, room).await[0], json!([ann.id()]));
    assert!(world.gateway.events("ann's").is_empty());
    assert!(ann.lists_room(room, 9, Position::Latest).await.messages.is_empty());
}

#[tokio::test]
async fn an_edit_replaces_the_mentions_if_it_has_some() {
    let world = world().await;
    let [ann, bob, cem, eve] = world.users(["ann", "bob", "cem", "eve"]).await;
    let room = ann.makes_room(&[&bob, &cem]).await;
    let sent = send_message(&world.chat, &ann.caller, Ok(mention(room, &[bob.id()]))).await.unwrap().message.message;
    let of = |users: &[&Person]| Some(Mentions::Users(users.iter().map(|user| user.id()).collect()));
    ann.edits(&sent, "psst!").await.unwrap();
    assert_eq!(seen(&cem, room).await, [json!([bob.id()]), json!(false)]);
    for (mentions, shown) in [
        (of(&[&ann, &cem, &eve]), [json!([cem.id()]), json!(false)]),
        (Some(Mentions::All), [json!([]), json!(true)]),
        (of(&[&bob, &cem]), [json!([bob.id(), cem.id()]), json!(false)]),
        (of(&[]), [json!([]), json!(false)]),
    ] {
        let edited = ann.edits_mentions(&sent, "psst!", mentions.clone()).await.unwrap();
        assert_eq!(seen(&cem, room).await, shown);
        let changes = ann.room(room).await.changes;
        assert_eq!(ann.edits_mentions(&sent, "psst!", mentions).await.unwrap(), edited);
        assert_eq!(ann.room(room).await.changes, changes);
    }
    ann.edits_mentions(&sent, "psst!", of(&[&bob])).await.unwrap();
    ann.deletes(&sent, DeletedFor::Everyone).await.unwrap();
    assert_eq!(seen(&cem, room).await, [json!([]), json!(false)]);
}

#[tokio::test]
async fn an_edit_mentions_all_with_the_right_of_a_sent_message() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let large = ann.makes_large_room(&[&bob], 33).await;
    let [anns, bobs] = [ann.sends(large, "hi").await, bob.sends(large, "hi").await];
    assert_refused!(bob.edits_mentions(&bobs, "hey", Some(Mentions::All)).await, Refusal::NotAnAdmin);
    bob.edits(&bobs, "hey").await.unwrap();
    ann.edits_mentions(&anns, "hey", Some(Mentions::All)).await.unwrap();
    assert_eq!(ann.room(large).await.changes, 2);
    // The mentions of a message stay, also if its sender may not mention all any more.
    let old = Message { mentions: Mentions::All, ..Message::empty(bobs.id.next(), large, bob.id(), 9) };
    assert!(world.chat.store.put_message(&old, &draft(large, "").content.digest().unwrap()).await.unwrap().is_none());
    for mentions in [None, Some(Mentions::All)] {
        bob.edits_mentions(&old, &format!("{mentions:?}"), mentions).await.unwrap();
        assert_eq!(seen(&ann, large).await, [json!([]), json!(true)]);
    }
}

#[tokio::test]
async fn behind_a_block_only_the_sender_sees_other_mentions() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let message = ann.sends(room, "hello").await;
    bob.blocks(&ann).await;
    let to_bob = Some(Mentions::Users([bob.id()].into()));
    for _ in 0..2 {
        ann.edits_mentions(&message, "hello", to_bob.clone()).await.unwrap();
    }
    assert_eq!(ann.room(room).await.changes, 1);
    assert_eq!(seen(&ann, room).await[0], json!([bob.id()]));
    assert_eq!(seen(&bob, room).await[0], json!([]));
    bob.unblocks(&ann).await;
    ann.edits(&message, "hello!").await.unwrap();
    assert_eq!(seen(&bob, room).await[0], json!([bob.id()]));
}
