//! Reactions: one per user and message.

use domain::{
    ChangeKind, DeletedFor, Event, Message, OnlyAdmins, Position, Refusal, Room, RoomId, RoomKind, ShownMessage,
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{ChangeTurn, Membership};

use crate::support::{Person, assert_refused, world};

/// The reactions of a message, as its reader sees them.
fn reactions(message: &ShownMessage) -> Value {
    serde_json::to_value(message).unwrap()["reactions"].clone()
}

/// The reactions of the last message, in all lists of the reader.
async fn seen(reader: &Person, room: RoomId) -> [Value; 4] {
    let changed = reader.lists_changes(room, 0).await.changed;
    [
        reactions(reader.lists_room(room, 9, Position::Latest).await.messages.last().unwrap()),
        reactions(reader.lists_all(9, Position::Latest).await.messages.last().unwrap()),
        reactions(reader.lists_rooms().await.last().unwrap().last_message.as_ref().unwrap()),
        changed.last().map_or(json!([]), reactions),
    ]
}

fn count(emoji: &str, users: &[&Person], mine: bool) -> Value {
    let ids: Vec<_> = users.iter().map(|user| user.id()).collect();
    json!({"emoji": emoji, "count": users.len(), "users": ids, "mine": mine})
}

#[tokio::test]
async fn a_reaction_whose_record_has_expired_is_not_made_again() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let days = |days: u64| days * 24 * 60 * 60 * 1000;
    let message = ann.has_sent(room, "hello", days(40)).await;
    let emoji = domain::Emoji::try_from("👍".to_owned()).unwrap();
    for (age, changes) in [(31, 1), (29, 3)] {
        let turn = ann.dies_while_changing(room, days(age)).await;
        world.chat.store.react_to_message(&message, ann.id(), Some(&emoji), turn.number, false).await.unwrap();
        ann.reacts(&message, Some("👍")).await.unwrap();
        assert_eq!(ann.room(room).await.changes, changes);
    }
}

#[tokio::test]
async fn the_room_sees_it_and_hears_of_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    let answer = bob.reacts(&message, Some("👍")).await.unwrap();
    assert_eq!(reactions(&answer), json!([count("👍", &[&bob], true)]));
    let event = |change, emoji: Option<&str>| {
        json!({
            "type": "reaction", "conversation": room, "change": change, "message_id": message.id, "user": bob.id(),
            "emoji": emoji,
        })
    };
    for socket in ["ann's", "bob's"] {
        assert_eq!(world.gateway.events(socket), [event(1, Some("👍"))]);
    }
    assert_eq!(seen(&ann, room).await, [(); 4].map(|()| json!([count("👍", &[&bob], false)])));
    assert_eq!(seen(&bob, room).await, [(); 4].map(|()| json!([count("👍", &[&bob], true)])));
    // It is neither an edit nor unread.
    assert_eq!((answer.message.version, answer.message.edited_at), (1, None));
    assert_eq!(ann.lists_rooms().await[0].unread, 0);
    // Another emoji replaces it, and none removes it.
    ann.reacts(&message, Some("🎉")).await.unwrap();
    let answer = bob.reacts(&message, Some("🎉")).await.unwrap();
    assert_eq!(reactions(&answer), json!([count("🎉", &[&ann, &bob], true)]));
    let answer = bob.reacts(&message, None).await.unwrap();
    assert_eq!(reactions(&answer), json!([count("🎉", &[&ann], false)]));
    assert_eq!(world.gateway.events("ann's").last(), Some(&event(4, None)));
    assert_eq!(seen(&bob, room).await, [(); 4].map(|()| json!([count("🎉", &[&ann], false)])));
}

#[tokio::test]
async fn the_same_reaction_changes_nothing() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    bob.reacts(&message, None).await.unwrap();
    assert_eq!(ann.room(room).await.changes, 0);
    for emoji in [Some("❤️"), None] {
        let once = bob.reacts(&message, emoji).await.unwrap();
        ann.has_socket("phone").await;
        let (changes, heard) = (ann.room(room).await.changes, world.gateway.events("phone").len());
        // Also without the selector that makes it an emoji.
        for again in [emoji, emoji.map(|_| "\u{2764}")] {
            assert_eq!(bob.reacts(&message, again).await.unwrap(), once);
        }
        assert_eq!((ann.room(room).await.changes, world.gateway.events("phone").len()), (changes, heard));
    }
}

#[tokio::test]
async fn a_reaction_without_a_record_is_made_again() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    for emoji in [Some("👍"), None] {
        // The call has died after the message and before the record.
        let turn = bob.dies_while_changing(room, 0).await;
        let typed = emoji.map(|text| text.to_owned().try_into().unwrap());
        world.chat.store.react_to_message(&message, bob.id(), typed.as_ref(), turn.number, false).await.unwrap();
        let made = bob.reacts(&message, emoji).await.unwrap();
        assert_eq!(ann.room(room).await.changes, turn.number + 1);
        assert_eq!(ann.lists_changes(room, turn.number).await.changed.len(), 1);
        assert_eq!(reactions(&made).as_array().unwrap().len(), usize::from(emoji.is_some()));
    }
}

#[tokio::test]
async fn of_two_reactions_that_with_the_higher_number_stays() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for (late, newest) in [(Some("👍"), Some("❤️")), (Some("👍"), None), (None, Some("❤️"))] {
        let message = ann.sends(room, "hello").await;
        let turn = ChangeTurn { kind: ChangeKind::Reacted, ..bob.dies_while_changing(room, 0).await };
        if late.is_none() {
            bob.reacts(&message, Some("😂")).await.unwrap();
        }
        if newest.is_none() {
            bob.reacts(&message, Some("😂")).await.unwrap();
        }
        bob.reacts(&message, newest).await.unwrap();
        let late = late.map(|text| text.to_owned().try_into().unwrap());
        let store = &world.chat.store;
        let changed = store.react_to_message(&message, bob.id(), late.as_ref(), turn.number, false).await.unwrap();
        assert!(matches!(changed, store::Changed::Not(_)), "{changed:?}");
        let expected = newest.map(|emoji| count(emoji, &[&bob], false));
        assert_eq!(seen(&ann, room).await[0], json!(Vec::from_iter(expected)));
        // The record of the late one does not keep readers waiting.
        store.put_change(&turn, message.id).await.unwrap();
        assert_eq!(ann.lists_changes(room, 0).await.change, ann.room(room).await.changes);
    }
}

#[tokio::test]
async fn a_deleted_message_has_no_reactions() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    for order in 0..6 {
        let message = ann.sends(room, "hello").await;
        let react = async || bob.reacts(&message, Some("👍")).await;
        let delete = async || ann.deletes(&message, DeletedFor::Everyone).await.unwrap();
        let (reacted, deleted) = match order {
            0 => (react().await, delete().await),
            1 => {
                let deleted = delete().await;
                (react().await, deleted)
            }
            _ => tokio::join!(react(), delete()),
        };
        assert_eq!(reactions(&deleted), json!([]));
        if reacted.is_err() {
            assert_refused!(reacted, Refusal::MessageDeleted);
        }
        assert_refused!(react().await, Refusal::MessageDeleted);
        assert_refused!(bob.lists_reactions(&message).await, Refusal::MessageDeleted);
        assert_eq!(seen(&bob, room).await, [(); 4].map(|()| json!([])));
        let stored = world.chat.store.message(room, message.id).await.unwrap().unwrap();
        assert!(stored.reactions.is_empty() && stored.text.is_none(), "{stored:?}");
    }
}

#[tokio::test]
async fn the_reactions_of_many_at_once_all_count() {
    let world = world().await;
    let [ann, others @ ..] = world.users(["ann", "bob", "cem", "dan", "eve", "fay", "gil", "hal"]).await;
    let room = ann.makes_room(&others.iter().collect::<Vec<_>>()).await;
    let message = ann.sends(room, "hello").await;
    let all = join_all(others.iter().map(|other| other.reacts(&message, Some("👍")))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    let shown = seen(&ann, room).await;
    assert_eq!((&shown[0][0]["count"], shown[0][0]["users"].as_array().unwrap().len()), (&json!(7), 3));
    assert_eq!((ann.room(room).await.changes, ann.lists_reactions(&message).await.unwrap().len()), (7, 7));
    // The same again, and the removal twice, at once.
    join_all(others.iter().map(|other| other.reacts(&message, Some("👍")))).await;
    assert_eq!(ann.room(room).await.changes, 7);
    join_all(others.iter().chain(&others).map(|other| other.reacts(&message, None))).await;
    assert_eq!(seen(&ann, room).await, [(); 4].map(|()| json!([])));
    assert!(ann.lists_reactions(&message).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_same_reaction_from_two_devices_counts_once() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "hello").await;
    for _ in 0..4 {
        let (one, other) = tokio::join!(bob.reacts(&message, Some("👍")), bob.reacts(&message, Some("👍")));
        let expected = json!([count("👍", &[&bob], true)]);
        assert_eq!([one, other].map(|answer| reactions(&answer.unwrap())), [expected.clone(), expected]);
        let (one, other) = tokio::join!(bob.reacts(&message, None), bob.reacts(&message, None));
        assert_eq!((reactions(&one.unwrap()), reactions(&other.unwrap())), (json!([]), json!([])));
    }
    let (one, other) = tokio::join!(bob.reacts(&message, Some("👍")), bob.reacts(&message, Some("🎉")));
    one.and(other).unwrap();
    let shown = seen(&ann, room).await;
    assert_eq!((shown[0].as_array().unwrap().len(), &shown[0][0]["count"]), (1, &json!(1)));
}

#[tokio::test]
async fn only_a_message_that_one_sees() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_closed_room(&[&bob]).await;
    let message = ann.sends(room, "secret").await;
    assert_refused!(cem.reacts(&message, Some("👍")).await, Refusal::RoomNotFound);
    ann.adds(room, &cem).await;
    cem.has_socket("cem's").await;
    assert_refused!(cem.reacts(&message, Some("👍")).await, Refusal::MessageNotFound(_));
    assert_refused!(cem.lists_reactions(&message).await, Refusal::MessageNotFound(_));
    bob.reacts(&message, Some("👍")).await.unwrap();
    assert!(world.gateway.events("cem's").is_empty());
    assert!(cem.lists_changes(room, 0).await.changed.is_empty());
    // A message that one has deleted for oneself.
    bob.deletes(&message, DeletedFor::Me).await.unwrap();
    assert_refused!(bob.reacts(&message, None).await, Refusal::MessageNotFound(_));
    assert_eq!(reactions(&bob.lists_changes(room, 0).await.changed[0]), json!([]));
    assert_eq!(seen(&ann, room).await[0], json!([count("👍", &[&bob], false)]));
    // The reaction of a member who has left stays, and they change nothing.
    bob.leaves(room).await;
    assert_refused!(bob.reacts(&message, Some("🎉")).await, Refusal::RoomNotFound);
    assert_eq!(seen(&ann, room).await[0], json!([count("👍", &[&bob], false)]));
}

#[tokio::test]
async fn members_react_where_only_admins_send() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let id = world.chat.store.next_room_id().await.unwrap();
    let only_admins = OnlyAdmins { send: true, ..OnlyAdmins::default() };
    let members = [ann.id(), bob.id()].into();
    let room = Room { only_admins, members, ..Room::new(id, RoomKind::Group, ann.id(), chat::now()) };
    let stays = [&ann, &bob].map(|person| Membership::begins(person.id(), &room, chat::now()));
    world.chat.store.create_room(&room, &stays, &[]).await.unwrap();
    let message = ann.sends(id, "hear, hear").await;
    bob.reacts(&message, Some("👍")).await.unwrap();
    assert_eq!(seen(&ann, id).await[0], json!([count("👍", &[&bob], false)]));
}

#[tokio::test]
async fn behind_a_block_only_oneself_sees_ones_reaction() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let message = bob.sends(room, "hello").await;
    ann.reacts(&message, Some("👍")).await.unwrap();
    bob.blocks(&ann).await;
    for (person, socket) in [(&ann, "ann's"), (&bob, "bob's")] {
        person.has_socket(socket).await;
    }
    let answer = ann.reacts(&message, Some("😡")).await.unwrap();
    assert_eq!(reactions(&answer), json!([count("😡", &[&ann], true)]));
    assert_eq!((world.gateway.types("ann's").len(), world.gateway.types("bob's").len()), (1, 0));
    assert_eq!(seen(&ann, room).await, [(); 4].map(|()| json!([count("😡", &[&ann], true)])));
    assert_eq!(seen(&bob, room).await, [(); 4].map(|()| json!([count("👍", &[&ann], false)])));
    assert_eq!(ann.lists_reactions(&message).await.unwrap()[0].emoji.as_str(), "😡");
    assert_eq!(bob.lists_reactions(&message).await.unwrap()[0].emoji.as_str(), "👍");
    // The same again changes nothing, and a removal is withheld, too.
    ann.reacts(&message, Some("😡")).await.unwrap();
    assert_eq!(ann.room(room).await.changes, 2);
    ann.reacts(&message, None).await.unwrap();
    assert_eq!(seen(&ann, room).await[0], json!([]));
    assert_eq!(seen(&bob, room).await[0], json!([count("👍", &[&ann], false)]));
    // A reaction after the block replaces it.
    bob.unblocks(&ann).await;
    ann.reacts(&message, Some("🎉")).await.unwrap();
    assert_eq!(seen(&ann, room).await[0], json!([count("🎉", &[&ann], true)]));
    assert_eq!(seen(&bob, room).await[0], json!([count("🎉", &[&ann], false)]));
}

#[tokio::test]
async fn a_message_keeps_so_many_reactions() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let id = ann.dies_while_sending(room, 0).await;
    let reaction = |change| domain::Reaction { change, emoji: "👍".to_owned().try_into().ok() };
    let users = (1..=1024).map(|id| (domain::UserId::try_from(1_000_000 + id).unwrap(), reaction(id)));
    let content = crate::support::draft(room, "hello").content;
    let digest = content.digest().unwrap();
    let full = Message { text: content.text, reactions: users.collect(), ..Message::empty(id, room, ann.id(), 1) };
    world.chat.store.put_message(&full, &digest).await.unwrap();
    assert_refused!(bob.reacts(&full, Some("👍")).await, Refusal::TooManyReactions);
    bob.reacts(&full, None).await.unwrap();
    assert_eq!(ann.room(room).await.changes, 0, "a refusal takes no number");
    assert_eq!(ann.lists_reactions(&full).await.unwrap().len(), 1024);
}

#[test]
fn the_event_of_a_removal_has_null() {
    let ids = |id: u64| serde_json::from_value::<domain::MessageId>(json!(id)).unwrap();
    let (conversation, user) = (RoomId::try_from(1).unwrap(), domain::UserId::try_from(2).unwrap());
    let event = Event::Reaction { conversation, change: 3, message_id: ids(7), user, emoji: None };
    let expected = json!({
        "type": "reaction", "conversation": 1, "change": 3, "message_id": 7, "user": 2, "emoji": null,
    });
    assert_eq!(serde_json::to_value(&event).unwrap(), expected);
}
