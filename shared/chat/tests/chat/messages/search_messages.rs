use std::{cell::Cell, time::Duration};

use chat::messages::search_messages;
use domain::{
    ContentDigest, Cursor, DeletedFor, Deletion, Found, Message, MessageId, Pace, Position, Refusal, RoomId, Search,
    ShownMessage, Text, Timestamp, WithheldEdit,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

use crate::support::{Person, World, assert_refused, draft, world};

fn texts(found: &Found) -> Vec<&str> {
    found.messages.iter().map(|shown| shown.message.text.as_ref().map_or("", Text::as_str)).collect()
}

/// The message number `place` of a room, which was sent some minutes ago.
fn earlier(sender: &Person, room: RoomId, place: u64, text: &str) -> Message {
    let at = Timestamp::from_millis(chat::now().millis() / 60_000 * 60_000 - 600_000 + place);
    let text = Text::try_from(text.to_owned()).ok();
    Message { text, ..Message::empty(MessageId::new(at, 0), room, sender.id(), place + 1) }
}

async fn stores(world: &World, message: &Message) {
    let digest: ContentDigest = draft(message.room, "any").content.digest().unwrap();
    assert!(world.chat.store.put_message(message, &digest).await.unwrap().is_none());
}

/// Searches until the beginning of the room. Returns each answer.
async fn searches_all(person: &Person, room: RoomId, words: &str) -> Vec<Found> {
    let mut all = vec![person.searches(room, words, None).await];
    while let Some(id) = all.last().and_then(|found| found.searched_back_to) {
        assert!(all.len() < 100, "a search without an end");
        all.push(person.searches(room, words, Some(id)).await);
    }
    all
}

#[tokio::test]
async fn messages_of_the_room_are_found_newest_first() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [room, elsewhere] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    ann.sends(elsewhere, "Pizza elsewhere").await;
    for text in ["Pizza?", "no", "Yes, a pizza!", "pizzas"] {
        ann.sends(room, text).await;
    }
    let found = bob.searches(room, "pizza", None).await;
    assert_eq!(texts(&found), ["pizzas", "Yes, a pizza!", "Pizza?"]);
    assert_eq!(found.searched_back_to, None);
    let before = found.messages[1].message.id;
    assert_eq!(texts(&bob.searches(room, "pizza", Some(before)).await), ["Pizza?"]);
    assert_eq!(texts(&bob.searches(room, "yes pizza", None).await), ["Yes, a pizza!"]);
}

#[tokio::test]
async fn a_search_ends_with_twenty_messages_and_goes_on_before_the_last() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    for place in 0..41 {
        stores(&world, &earlier(&ann, room, place, if place == 20 { "nothing" } else { "here" })).await;
    }
    let all = searches_all(&ann, room, "here").await;
    assert_eq!(all.iter().map(|found| found.messages.len()).collect::<Vec<_>>(), [20, 20]);
    assert_eq!(all[0].searched_back_to, all[0].messages.last().map(|shown| shown.message.id));
    assert_eq!(all[1].searched_back_to, None);
}

#[tokio::test]
async fn a_search_reads_four_megabytes_and_goes_on_if_it_has_found_nothing() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    // Each has more than 16 KB.
    let long = "😀".repeat(4096);
    for place in 0..300 {
        stores(&world, &earlier(&ann, room, place, if place == 0 { "a needle" } else { &long })).await;
    }
    let all = searches_all(&ann, room, "needle").await;
    assert_eq!(all.iter().map(texts).collect::<Vec<_>>(), [vec![], vec!["a needle"]]);
    let read = 300 - all[0].searched_back_to.map_or(0, |id| id.created_at().millis() % 60_000);
    assert!((230..=256).contains(&read), "{read} messages of 16 KB");
}

#[tokio::test]
async fn a_text_is_found_as_the_caller_sees_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [first, second, third] =
        [ann.sends(room, "old one").await, ann.sends(room, "old two").await, ann.sends(room, "old three").await];
    ann.edits(&first, "new").await.unwrap();
    ann.deletes(&second, DeletedFor::Everyone).await.unwrap();
    bob.deletes(&third, DeletedFor::Me).await.unwrap();
    for (person, words, expected) in [
        (&ann, "old", &["old three"][..]),
        (&bob, "old", &[]),
        (&ann, "new", &["new"]),
        (&bob, "new", &["new"]),
        (&bob, "two", &[]),
    ] {
        assert_eq!(texts(&person.searches(room, words, None).await), expected, "{}: {words}", person.id());
    }
}

#[tokio::test]
async fn what_a_block_withholds_is_found_by_its_sender_alone() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let first = bob.sends(room, "before the block").await;
    ann.blocks(&bob).await;
    bob.sends(room, "during the block").await;
    bob.edits(&first, "edited").await.unwrap();
    assert_eq!(texts(&ann.searches(room, "block", None).await), ["before the block"]);
    assert_eq!(texts(&bob.searches(room, "block", None).await), ["during the block"]);
    assert_eq!(texts(&bob.searches(room, "edited", None).await), ["edited"]);
}

#[tokio::test]
async fn a_newcomer_finds_nothing_from_before() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_closed_room(&[]).await;
    let before = ann.sends(room, "secret one").await;
    ann.adds(room, &bob).await;
    let after = ann.sends(room, "secret two").await;
    let found = bob.searches(room, "secret", None).await;
    assert_eq!((texts(&found), found.searched_back_to), (vec!["secret two"], None));
    for id in [before.id, after.id] {
        let found = bob.searches(room, "secret", Some(id)).await;
        assert_eq!((texts(&found), found.searched_back_to), (vec![], None));
    }
}

#[tokio::test]
async fn a_user_searches_at_a_pace_of_their_own() {
    let mut world = world().await;
    world.chat.paces.searches = Pace::new(Duration::from_mins(1), 2);
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let search = Search::parse(Some(&room.to_string()), Some("pizza"), None).unwrap();
    for _ in 0..2 {
        search_messages(&world.chat, &ann.caller, &search).await.unwrap();
    }
    assert_refused!(search_messages(&world.chat, &ann.caller, &search).await, Refusal::RateLimited(_));
    search_messages(&world.chat, &bob.caller, &search).await.unwrap();
    ann.lists_room(room, 9, Position::Latest).await;
}

/// The events of a message.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Sent,
    SentByBob,
    Deleted,
    HiddenFromBob,
    Withheld,
    EditWithheld,
    EditByBobWithheld,
}

/// The room of a case.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Room,
    Direct,
    /// Bob has joined after the first half.
    JoinedLater,
}

const TEXTS: [&str; 7] = ["pizza", "Pizza Funghi", "la pizzería", "a piano", "שָׁלוֹם pizza", "ピザ", "…"];

fn cases() -> impl Strategy<Value = (Kind, Vec<(Fate, &'static str)>, &'static str)> {
    let fate = prop_oneof![
        6 => Just(Fate::Sent),
        2 => Just(Fate::SentByBob),
        1 => select(vec![
            Fate::Deleted,
            Fate::HiddenFromBob,
            Fate::Withheld,
            Fate::EditWithheld,
            Fate::EditByBobWithheld,
        ]),
    ];
    let kind = select(vec![Kind::Room, Kind::Direct, Kind::JoinedLater]);
    (kind, vec((fate, select(TEXTS.to_vec())), 0..50), select(vec!["pizza", "p", "PIZ", "pizzeria", "שלום", "ザ", "x"]))
}

impl Fate {
    /// The message of a case.
    fn of(self, message: Message, ann: &Person, bob: &Person) -> Message {
        let edit = WithheldEdit {
            text: Text::try_from("pizza or piano".to_owned()).ok(),
            mentions: message.mentions.clone(),
            at: message.id.created_at(),
        };
        let sender = match self {
            Self::SentByBob | Self::EditByBobWithheld => bob.id(),
            _ => ann.id(),
        };
        let receiver = if sender == bob.id() { ann.id() } else { bob.id() };
        let message = Message { sender, receivers: [receiver].into(), receivers_count: 1, ..message };
        match self {
            Self::Sent | Self::SentByBob | Self::HiddenFromBob => message,
            Self::Deleted => {
                let deletion = Some(Deletion { at: message.id.created_at(), by: sender });
                Message { text: None, deletion, ..message }
            }
            Self::Withheld => Message { withheld: true, ..message },
            Self::EditWithheld | Self::EditByBobWithheld => Message { withheld_edit: Some(edit), ..message },
        }
    }
}

/// All that Bob can list of a room, newest first.
async fn lists_all(bob: &Person, room: RoomId) -> Vec<ShownMessage> {
    let (mut all, mut next) = (Vec::new(), Some(Position::Latest));
    while let Some(position) = next {
        let page = bob.lists_room(room, 9, position).await;
        all.extend(page.messages.into_iter().rev());
        next = page.next.map(|cursor| match cursor {
            Cursor::Before(id) => Position::Before(id),
            Cursor::After(id) => Position::After(id),
        });
    }
    all
}

#[test]
fn a_search_finds_what_the_list_has_with_the_words() {
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(world());
    let number = Cell::new(0);
    let held = TestRunner::new(config).run(&cases(), |(kind, messages, words)| {
        runtime.block_on(async {
            number.set(number.get() + 1);
            let names = ["ann", "bob"].map(|name| format!("{name}{}", number.get()));
            let [ann, bob] = world.users(names.each_ref().map(String::as_str)).await;
            let room = match kind {
                Kind::Room => ann.makes_room(&[&bob]).await,
                Kind::Direct => ann.opens_direct(&bob).await,
                Kind::JoinedLater => ann.makes_closed_room(&[]).await,
            };
            let half = messages.len() as u64 / 2;
            for (place, (fate, text)) in (0..).zip(&messages) {
                let message = fate.of(earlier(&ann, room, place, text), &ann, &bob);
                stores(&world, &message).await;
                if matches!(kind, Kind::JoinedLater) && place == half {
                    let ago = chat::now().millis() - message.id.created_at().millis();
                    ann.has_sent(room, "pizza", ago).await;
                    ann.adds(room, &bob).await;
                }
                if matches!(fate, Fate::HiddenFromBob) && (!matches!(kind, Kind::JoinedLater) || place > half) {
                    // A message that Bob does not see stays as it is.
                    drop(bob.deletes(&message, DeletedFor::Me).await);
                }
            }
            if messages.is_empty() && matches!(kind, Kind::JoinedLater) {
                ann.adds(room, &bob).await;
            }
            let search = Search::parse(Some(&room.to_string()), Some(words), None).unwrap();
            let mut expected = lists_all(&bob, room).await;
            expected.retain(|shown| search.finds(&shown.message));
            let found: Vec<_> =
                searches_all(&bob, room, words).await.into_iter().flat_map(|found| found.messages).collect();
            prop_assert_eq!(found, expected);
            Ok(())
        })
    });
    held.unwrap();
}
