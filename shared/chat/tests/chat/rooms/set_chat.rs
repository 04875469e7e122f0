use chat::{
    messages::{forward_message, send_message},
    rooms::{delete_chatroom, set_chat},
};
use domain::{
    ChatSettings, ClientId, DeletedFor, Error, ForwardMessage, Mentions, Message, Position, Refusal, RoomId,
    RoomSummary, SetChat, Text, Timestamp,
};
use serde_json::json;

use crate::support::{Person, assert_refused, draft, start, texts, world};

async fn sets(person: &Person, input: &SetChat) -> Result<ChatSettings, Error> {
    set_chat(&person.chat, &person.caller, input).await
}

async fn clears(person: &Person, room: RoomId) {
    sets(person, &SetChat { cleared: true, ..SetChat::of(room) }).await.unwrap();
}

fn pin(room: RoomId, pinned: bool) -> SetChat {
    SetChat { pinned: Some(pinned), ..SetChat::of(room) }
}

fn drafted(room: RoomId, text: &str) -> SetChat {
    SetChat { draft: Some(Text::try_from(text.to_owned()).ok()), ..SetChat::of(room) }
}

async fn summary(person: &Person, room: RoomId) -> RoomSummary {
    person.lists_rooms().await.into_iter().find(|summary| summary.room.room.id == room).unwrap()
}

async fn pinned(person: &Person) -> Vec<RoomId> {
    let rooms = person.lists_rooms().await.into_iter().filter(|summary| summary.settings.pinned);
    rooms.map(|summary| summary.room.room.id).collect()
}

#[tokio::test]
async fn only_given_fields_change_and_only_the_devices_of_the_user_hear_of_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    ann.has_socket("phone").await;
    bob.has_socket("bob's").await;
    let until = Timestamp::from_millis(253_402_300_799_000);
    let mute = SetChat { muted_until: Some(Some(until)), marked_unread: Some(true), ..SetChat::of(room) };
    let muted = sets(&ann, &mute).await.unwrap();
    let expected =
        ChatSettings { muted_until: Some(until), marked_unread: true, settings_version: 1, ..ChatSettings::default() };
    assert_eq!(muted, expected);
    let archived = sets(&ann, &SetChat { archived: Some(true), ..SetChat::of(room) }).await.unwrap();
    assert_eq!(archived, ChatSettings { archived: true, settings_version: 2, ..expected.clone() });
    assert_eq!(sets(&ann, &SetChat::of(room)).await.unwrap(), archived);
    let unmute = SetChat { muted_until: Some(None), archived: Some(false), ..SetChat::of(room) };
    let left = ChatSettings { muted_until: None, settings_version: 3, ..expected };
    assert_eq!(sets(&ann, &unmute).await.unwrap(), left);
    assert_eq!(
        (summary(&ann, room).await.settings, summary(&bob, room).await.settings),
        (left, ChatSettings::default())
    );
    assert_eq!((world.gateway.types("phone"), world.gateway.types("bob's")), (vec!["chat".to_owned(); 4], vec![]));
    let event = world.gateway.events("phone").pop().unwrap();
    assert_eq!((&event["conversation"], &event["settings"]["marked_unread"]), (&json!(room), &json!(true)));
}

#[tokio::test]
async fn three_chats_are_pinned_and_archiving_unpins() {
    let world = world().await;
    let ann = world.user("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(ann.makes_room(&[]).await);
    }
    for room in &rooms[..3] {
        assert!(sets(&ann, &pin(*room, true)).await.unwrap().pinned);
    }
    sets(&ann, &pin(rooms[0], true)).await.unwrap();
    assert_refused!(sets(&ann, &pin(rooms[3], true)).await, Refusal::TooManyPins);
    let archived = sets(&ann, &SetChat { archived: Some(true), ..SetChat::of(rooms[1]) }).await.unwrap();
    assert_eq!((archived.archived, archived.pinned), (true, false));
    sets(&ann, &pin(rooms[3], true)).await.unwrap();
    assert_refused!(sets(&ann, &pin(rooms[1], true)).await, Refusal::TooManyPins);
    sets(&ann, &pin(rooms[0], false)).await.unwrap();
    sets(&ann, &pin(rooms[0], false)).await.unwrap();
    let back = sets(&ann, &pin(rooms[1], true)).await.unwrap();
    assert_eq!((back.archived, back.pinned), (false, true));
    assert_eq!(pinned(&ann).await, rooms[1..]);
}

#[tokio::test]
async fn at_most_three_are_pinned_by_calls_at_once() {
    let world = world().await;
    let ann = world.user("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..6 {
        rooms.push(ann.makes_room(&[]).await);
    }
    let anns = &ann;
    let calls = rooms.iter().map(|&room| async move { sets(anns, &pin(room, true)).await.is_ok() });
    let done = futures_util::future::join_all(calls).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 3);
    assert_eq!(pinned(&ann).await.len(), 3);
}

#[tokio::test]
async fn a_room_that_ends_for_the_user_is_not_pinned_any_more() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [left, removed, deleted] =
        [bob.makes_room(&[&ann]).await, bob.makes_room(&[&ann]).await, bob.makes_room(&[&ann]).await];
    let direct = ann.opens_direct(&bob).await;
    for room in [left, removed, deleted] {
        sets(&ann, &pin(room, true)).await.unwrap();
    }
    assert_refused!(sets(&ann, &pin(direct, true)).await, Refusal::TooManyPins);
    ann.leaves(left).await;
    sets(&ann, &pin(direct, true)).await.unwrap();
    ann.leaves(direct).await;
    assert_eq!(pinned(&ann).await, [removed, deleted]);
    ann.joins(left).await;
    assert!(!summary(&ann, left).await.settings.pinned);
    sets(&ann, &pin(left, true)).await.unwrap();
    // Nothing has erased the memberships yet.
    delete_chatroom(&world.chat, &bob.caller, deleted).await.unwrap();
    sets(&ann, &pin(direct, true)).await.unwrap();
}

#[tokio::test]
async fn what_is_read_is_not_marked_as_unread() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = bob.sends(room, "hi").await;
    ann.has_socket("phone").await;
    let mark = SetChat { marked_unread: Some(true), ..SetChat::of(room) };
    for _ in 0..2 {
        sets(&ann, &mark).await.unwrap();
        assert!(summary(&ann, room).await.settings.marked_unread);
        // At the second time the mark is there already.
        ann.reads(room, &[&message]).await;
        assert!(!summary(&ann, room).await.settings.marked_unread);
    }
    assert_eq!(world.gateway.types("phone"), ["chat", "read", "chat", "chat", "chat"]);
}

#[tokio::test]
async fn a_draft_ends_with_the_next_message_from_any_device() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let draft = async || summary(&ann, room).await.settings.draft.map(|draft| draft.as_str().to_owned());
    ann.sends(room, "one").await;
    sets(&ann, &drafted(room, "see you")).await.unwrap();
    bob.sends(room, "two").await;
    assert_eq!(draft().await.as_deref(), Some("see you"));
    ann.sends(room, "see you").await;
    assert_eq!(draft().await, None);
    sets(&ann, &drafted(room, "again")).await.unwrap();
    assert_eq!(draft().await.as_deref(), Some("again"));
    sets(&ann, &drafted(room, "")).await.unwrap();
    assert_eq!(draft().await, None);
}

#[tokio::test]
async fn a_cleared_chat_shows_only_what_comes_later_to_the_user_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    // Its id is older than the clearing, even if it is stored later.
    let lost = bob.dies_while_sending(room, 20_000).await;
    let message = bob.sends(room, "old").await;
    clears(&ann, room).await;
    let digest = draft(room, "late").content.digest().unwrap();
    let late = Message { text: draft(room, "late").content.text, ..Message::empty(lost, room, bob.id(), 1) };
    world.chat.store.put_message(&late, &digest).await.unwrap();
    let cleared = summary(&ann, room).await;
    assert_eq!((cleared.unread, cleared.first_unread, cleared.last_message), (0, None, None));
    assert!(cleared.settings.cleared_at.is_some());
    let new = bob.sends(room, "new").await;
    assert_eq!(texts(&ann.lists_room(room, 10, start()).await), ["new"]);
    assert_eq!(texts(&ann.lists_all(10, Position::Latest).await), ["new"]);
    assert_eq!(texts(&bob.lists_room(room, 10, start()).await), ["late", "old", "new"]);
    bob.edits(&message, "older").await.unwrap();
    assert!(ann.lists_changes(room, 0).await.changed.is_empty());
    assert_refused!(ann.reacts(&message, Some("👍")).await, Refusal::MessageNotFound(_));
    let client_id = ClientId::try_from("1".to_owned()).unwrap();
    let forward = ForwardMessage { room, message: message.id, to: [room].into(), client_id };
    assert_refused!(forward_message(&world.chat, &ann.caller, Ok(forward)).await, Refusal::MessageNotFound(_));
    let seen = summary(&ann, room).await;
    assert_eq!((seen.unread, seen.first_unread), (1, Some(new.id)));
    ann.leaves(room).await;
    ann.joins(room).await;
    assert!(summary(&ann, room).await.settings.cleared_at.is_none());
}

#[tokio::test]
async fn clearing_a_direct_chat_keeps_its_place_in_the_list_and_tells_nothing_of_a_block() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    ann.sends(room, "hi").await;
    clears(&bob, room).await;
    assert_eq!(summary(&bob, room).await.last_message, None);
    // A chat that is hidden stays hidden, even if a message was withheld meanwhile.
    bob.leaves(room).await;
    bob.blocks(&ann).await;
    ann.sends(room, "psst").await;
    clears(&bob, room).await;
    assert!(bob.lists_rooms().await.is_empty());
    bob.unblocks(&ann).await;
    let new = ann.sends(room, "at last").await;
    let seen = summary(&bob, room).await;
    assert_eq!((seen.unread, seen.first_unread), (1, Some(new.id)));
}

#[tokio::test]
async fn a_chat_is_mentioned_until_the_message_is_read() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let mentioned = async |person: &Person| summary(person, room).await.mentioned;
    let sends = async |mentions: Mentions, reply_to: Option<&Message>| {
        let mut draft = draft(room, "hi");
        draft.content.mentions = mentions;
        draft.content.reply_to = reply_to.map(|message| message.id);
        send_message(&world.chat, &ann.caller, Ok(draft)).await.unwrap().message.message
    };
    let own = bob.sends(room, "mine").await;
    let everybody = Mentions::Users([ann.id(), bob.id()].into());
    for (mentions, reply_to) in [(everybody, None), (Mentions::All, None), (Mentions::nobody(), Some(&own))] {
        assert!(!mentioned(&bob).await);
        let message = sends(mentions, reply_to).await;
        assert_eq!([mentioned(&ann).await, mentioned(&bob).await], [false, true]);
        bob.reads(room, &[&message]).await;
    }
    let message = sends(Mentions::nobody(), None).await;
    assert!(!mentioned(&bob).await);
    ann.edits_mentions(&message, "hi", Some(Mentions::Users([bob.id()].into()))).await.unwrap();
    assert!(mentioned(&bob).await);
    bob.deletes(&message, DeletedFor::Me).await.unwrap();
    assert!(!mentioned(&bob).await);
    let message = sends(Mentions::nobody(), None).await;
    ann.edits_mentions(&message, "hi", Some(Mentions::All)).await.unwrap();
    assert!(mentioned(&bob).await);
}

#[tokio::test]
async fn a_message_behind_a_block_mentions_nobody() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    bob.sends(room, "hi").await;
    ann.blocks(&bob).await;
    for mentions in [Mentions::All, Mentions::Users([ann.id()].into())] {
        let mut draft = draft(room, "hi");
        draft.content.mentions = mentions;
        send_message(&world.chat, &bob.caller, Ok(draft)).await.unwrap();
    }
    ann.unblocks(&bob).await;
    bob.sends(room, "at last").await;
    let seen = summary(&ann, room).await;
    assert_eq!((seen.unread, seen.mentioned), (2, false));
}
