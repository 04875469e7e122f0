//! Replies, and the messages that they quote.

use chat::{
    messages::{send_message, send_over_socket},
    rooms::add_members,
};
use domain::{AddMembers, DeletedFor, Draft, MessageId, Position, Refusal, RoomId, ShownMessage};
use serde_json::{Value, json};

use crate::support::{Person, World, assert_refused, draft, draft_of_client, start, world};

fn reply(room: RoomId, text: &str, to: MessageId) -> Draft {
    let mut draft = draft(room, text);
    draft.content.reply_to = Some(to);
    draft
}

async fn replies(world: &World, sender: &Person, room: RoomId, text: &str, to: MessageId) -> ShownMessage {
    send_message(&world.chat, &sender.caller, Ok(reply(room, text, to))).await.unwrap().message
}

/// Adds somebody to a room. They see nothing from before.
async fn adds(world: &World, admin: &Person, room: RoomId, user: &Person) {
    let input = AddMembers { room, members: [user.id()].into(), history: 0 };
    assert_eq!(add_members(&world.chat, &admin.caller, &input).await.unwrap()[0].status(), "added");
}

/// The quote of a message, and whether it has the field.
fn quoted(message: &ShownMessage) -> Option<Value> {
    serde_json::to_value(message).unwrap().get("quoted").cloned()
}

/// The quote of the last message in each list of the reader.
async fn quotes(reader: &Person, room: RoomId) -> [Option<Value>; 6] {
    let last = |messages: &[ShownMessage]| messages.last().map_or_else(|| panic!("an empty list"), quoted);
    let rooms = reader.lists_rooms().await;
    let summary = rooms.iter().find(|listed| listed.room.room.id == room).unwrap();
    [
        last(&reader.lists_room(room, 9, Position::Latest).await.messages),
        last(&reader.lists_room(room, 9, start()).await.messages),
        last(&reader.lists_room(room, 1, Position::Latest).await.messages),
        last(&reader.lists_all(9, Position::Latest).await.messages),
        last(&reader.lists_all(1, Position::Latest).await.messages),
        quoted(summary.last_message.as_ref().unwrap()),
    ]
}

#[tokio::test]
async fn each_list_quotes_the_message_that_a_reply_answers() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_closed_room(&[&bob]).await;
    let original = ann.sends(room, "Tea?").await;
    let sent = replies(&world, &bob, room, "yes", original.id).await;
    let expected = json!({"id": original.id, "sender": ann.id(), "text": "Tea?", "attachment": null});
    assert_eq!(quoted(&sent), Some(expected.clone()));
    for reader in [&ann, &bob] {
        assert_eq!(quotes(reader, room).await, [(); 6].map(|()| Some(expected.clone())));
    }
    // A reply can be answered, too. Its quote has no quote.
    let again = replies(&world, &ann, room, "now?", sent.message.id).await;
    assert_eq!(quoted(&again).unwrap()["text"], "yes");
}

#[tokio::test]
async fn an_event_names_the_answered_message_and_does_not_quote_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_closed_room(&[]).await;
    let original = ann.sends(room, "secret").await;
    adds(&world, &ann, room, &bob).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    replies(&world, &ann, room, "it was", original.id).await;
    for socket in ["ann's", "bob's"] {
        let event = world.gateway.events(socket).pop().unwrap();
        assert_eq!((&event["reply_to"], event.get("quoted")), (&json!(original.id), None), "{event}");
    }
    ann.sends(room, "plain").await;
    let plain = world.gateway.events("bob's").pop().unwrap();
    assert_eq!(plain.get("quoted"), Some(&Value::Null));
}

#[tokio::test]
async fn a_newcomer_sees_a_reply_without_the_message_from_before() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_closed_room(&[]).await;
    let original = ann.sends(room, "secret").await;
    adds(&world, &ann, room, &bob).await;
    replies(&world, &ann, room, "it was", original.id).await;
    assert_eq!(quotes(&bob, room).await, [(); 6].map(|()| Some(Value::Null)));
    assert!(quotes(&ann, room).await.iter().all(|quote| quote.as_ref().unwrap()["text"] == "secret"));
}

#[tokio::test]
async fn only_a_message_of_the_room_that_the_sender_sees_is_answered() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let [room, elsewhere] = [ann.makes_closed_room(&[]).await, ann.makes_room(&[&bob]).await];
    let hidden = ann.sends(room, "secret").await.id;
    adds(&world, &ann, room, &bob).await;
    let foreign = ann.sends(elsewhere, "elsewhere").await.id;
    let hole = ann.dies_while_sending(room, 0).await;
    let own = bob.socket("bob's");
    for id in [hidden, foreign, hole, hidden.next()] {
        let refused = send_message(&world.chat, &bob.caller, Ok(reply(room, "hi", id))).await;
        assert_refused!(refused, Refusal::MessageNotFound(ids) if *ids == [id]);
        let refused = send_over_socket(&world.chat, &own, Ok(reply(room, "hi", id))).await;
        assert_refused!(refused, Refusal::MessageNotFound(_));
    }
    let stranger = send_message(&world.chat, &cem.caller, Ok(reply(room, "hi", hidden))).await;
    assert_refused!(stranger, Refusal::RoomNotFound);
    // No refusal has taken a turn.
    assert_eq!(bob.sends(room, "hi").await.sequence, 3);
}

#[tokio::test]
async fn a_retry_of_a_reply_has_its_quote_and_another_reply_is_refused() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [one, other] = [ann.sends(room, "one").await.id, ann.sends(room, "other").await.id];
    let draft = |reply_to| {
        let mut draft = draft_of_client(room, "yes", "c1");
        draft.content.reply_to = reply_to;
        Ok(draft)
    };
    let first = send_message(&world.chat, &bob.caller, draft(Some(one))).await.unwrap();
    let own = bob.socket("bob's");
    for again in [
        send_message(&world.chat, &bob.caller, draft(Some(one))).await.unwrap(),
        send_over_socket(&world.chat, &own, draft(Some(one))).await.unwrap(),
    ] {
        assert!(!again.new && again.message == first.message);
    }
    for changed in [None, Some(other)] {
        assert_refused!(send_message(&world.chat, &bob.caller, draft(changed)).await, Refusal::ClientIdReused);
    }
    for audience in [DeletedFor::Me, DeletedFor::Everyone] {
        bob.deletes(&first.message.message, audience).await.unwrap();
        let again = send_message(&world.chat, &bob.caller, draft(Some(one))).await.unwrap();
        assert_eq!(quoted(&again.message), Some(Value::Null));
    }
}

#[tokio::test]
async fn a_message_behind_a_block_is_quoted_for_its_sender_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    bob.sends(room, "hello").await;
    ann.blocks(&bob).await;
    let withheld = bob.sends(room, "psst").await;
    let behind = replies(&world, &bob, room, "do you hear?", withheld.id).await;
    assert_eq!(quoted(&behind).unwrap()["text"], "psst");
    ann.unblocks(&bob).await;
    let refused = send_message(&world.chat, &ann.caller, Ok(reply(room, "what?", withheld.id))).await;
    assert_refused!(refused, Refusal::MessageNotFound(_));
    replies(&world, &bob, room, "and now?", withheld.id).await;
    assert!(quotes(&bob, room).await.iter().all(|quote| quote.as_ref().unwrap()["text"] == "psst"));
    assert_eq!(quotes(&ann, room).await, [(); 6].map(|()| Some(Value::Null)));
}

#[tokio::test]
async fn a_deleted_message_is_neither_quoted_nor_answered() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [deleted, hidden] = [ann.sends(room, "secret").await, ann.sends(room, "boring").await];
    let answer = replies(&world, &bob, room, "really?", deleted.id).await.message;
    ann.deletes(&deleted, DeletedFor::Everyone).await.unwrap();
    for reader in [&ann, &bob] {
        assert_eq!(quotes(reader, room).await, [(); 6].map(|()| Some(Value::Null)));
    }
    let edited = bob.edits(&answer, "really???").await.unwrap();
    assert_eq!((quoted(&edited), edited.message.reply_to), (Some(Value::Null), Some(deleted.id)));
    let refused = send_message(&world.chat, &bob.caller, Ok(reply(room, "what?", deleted.id))).await;
    assert_refused!(refused, Refusal::MessageDeleted);
    // A member who has deleted a message for themselves does not see it in quotes either.
    replies(&world, &ann, room, "still?", hidden.id).await;
    bob.deletes(&hidden, DeletedFor::Me).await.unwrap();
    assert_eq!(quotes(&bob, room).await, [(); 6].map(|()| Some(Value::Null)));
    assert!(quotes(&ann, room).await.iter().all(|quote| quote.as_ref().unwrap()["text"] == "boring"));
    let refused = send_message(&world.chat, &bob.caller, Ok(reply(room, "what?", hidden.id))).await;
    assert_refused!(refused, Refusal::MessageNotFound(_));
}

#[tokio::test]
async fn a_quote_shows_the_message_as_it_is_now() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let original = ann.sends(room, "Tee?").await;
    let answer = replies(&world, &ann, room, "yes", original.id).await;
    let text = |shown: &ShownMessage| quoted(shown).unwrap()["text"].clone();
    ann.edits(&original, "Tea?").await.unwrap();
    assert_eq!(text(&ann.edits(&answer.message, "yes!").await.unwrap()), "Tea?");
    let changed = bob.lists_changes(room, 0).await.changed;
    assert_eq!((changed.len(), text(&changed[1])), (2, json!("Tea?")));
    // Behind a block, only the sender sees an edit.
    bob.blocks(&ann).await;
    ann.edits(&original, "insult").await.unwrap();
    let all = |quotes: [Option<Value>; 6]| quotes.map(|quote| quote.unwrap()["text"].clone());
    assert_eq!(all(quotes(&ann, room).await), [(); 6].map(|()| json!("insult")));
    assert_eq!(all(quotes(&bob, room).await), [(); 6].map(|()| json!("Tea?")));
}
