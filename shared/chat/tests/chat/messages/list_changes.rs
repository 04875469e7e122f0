use domain::{DeletedFor, Text};

use crate::support::{slow::Delay, world, world_of};

#[tokio::test]
async fn each_changed_message_is_listed_once_as_it_is_now() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [first, second] = [ann.sends(room, "first").await, ann.sends(room, "second").await];
    assert_eq!(bob.lists_changes(room, 0).await.change, 0);
    ann.edits(&first, "1").await.unwrap();
    ann.edits(&second, "2").await.unwrap();
    let last = ann.edits(&first, "one").await.unwrap();
    let deleted = ann.deletes(&second, DeletedFor::Everyone).await.unwrap();
    let all = bob.lists_changes(room, 0).await;
    assert_eq!((all.change, all.more, all.reset), (4, false, false));
    assert_eq!(all.changed, [last, deleted.clone()]);
    let since = bob.lists_changes(room, 3).await;
    assert_eq!((since.changed, since.change), (vec![deleted], 4));
    let none = bob.lists_changes(room, 4).await;
    assert_eq!((none.changed, none.change, none.reset), (vec![], 4, false));
}

#[tokio::test]
async fn a_reader_waits_before_a_number_whose_change_may_be_on_its_way() {
    for (age, expected) in [(0, 0), (16_000, 2)] {
        let world = world().await;
        let ann = world.user("ann").await;
        let room = ann.makes_room(&[]).await;
        let message = ann.has_sent(room, "hello", age + 1000).await;
        ann.dies_while_changing(room, age).await;
        assert_eq!(ann.lists_changes(room, 0).await.change, u64::from(age > 0), "at the end");
        let edited = ann.edits(&message, "again").await.unwrap();
        let changes = ann.lists_changes(room, 0).await;
        assert_eq!((changes.change, changes.changed), (expected, vec![edited]));
    }
}

#[tokio::test]
async fn a_reader_waits_for_a_message_that_does_not_have_its_change() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hello").await;
    let turn = ann.dies_while_changing(room, 0).await;
    let store = &world.chat.store;
    store.put_change(&turn, message.id).await.unwrap();
    let early = ann.lists_changes(room, 0).await;
    assert_eq!((early.change, early.changed.len()), (0, 1));
    let text = Text::try_from("again".to_owned()).ok();
    store.edit_message(&message, (text.as_ref(), None), turn.number, turn.at, false).await.unwrap();
    assert_eq!(ann.lists_changes(room, 0).await.change, 1);
}

#[tokio::test]
async fn changes_of_the_room_have_numbers_and_no_records() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    let message = ann.sends(room, "hello").await;
    bob.joins(room).await;
    ann.edits(&message, "again").await.unwrap();
    bob.leaves(room).await;
    let changes = ann.lists_changes(room, 0).await;
    assert_eq!((changes.change, changes.changed.len(), changes.reset), (ann.room(room).await.changes, 1, false));
}

#[tokio::test]
async fn a_hundred_changes_fit_a_page() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.has_sent(room, "hello", 130_000).await;
    for seconds in 0..101 {
        let turn = ann.dies_while_changing(room, 120_000 - seconds * 1000).await;
        world.chat.store.put_change(&turn, message.id).await.unwrap();
    }
    let first = ann.lists_changes(room, 0).await;
    assert_eq!((first.change, first.more, first.changed.len()), (100, true, 1));
    let rest = ann.lists_changes(room, first.change).await;
    assert_eq!((rest.change, rest.more), (101, false));
}

#[tokio::test]
async fn a_hole_is_as_old_as_it_was_when_it_was_looked_for() {
    let delay = Delay::default();
    let world = world_of(delay.store().await).await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    ann.dies_while_changing(room, 13_500).await;
    // Fifteen seconds are over when the answer arrives.
    delay.set(1_800);
    assert_eq!(ann.lists_changes(room, 0).await.change, 0);
}

#[tokio::test]
async fn a_reader_who_was_away_for_longer_than_records_last_gets_on() {
    const MONTH: u64 = 30 * 24 * 60 * 60 * 1000;
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.has_sent(room, "hello", MONTH + 130_000).await;
    // The table still has them.
    for seconds in 0..100 {
        let turn = ann.dies_while_changing(room, MONTH + 120_000 - seconds * 1000).await;
        world.chat.store.put_change(&turn, message.id).await.unwrap();
    }
    let again = ann.lists_changes(room, 0).await;
    assert_eq!((again.change, again.more, again.reset, again.changed.len()), (100, false, true, 0));
    let rest = ann.lists_changes(room, again.change).await;
    assert_eq!((rest.change, rest.more, rest.reset), (100, false, false));
}

#[tokio::test]
async fn a_reader_with_a_number_that_the_room_never_had_lists_it_anew() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let message = ann.has_sent(room, "hello", 60_000).await;
    let turn = ann.dies_while_changing(room, 30_000).await;
    world.chat.store.put_change(&turn, message.id).await.unwrap();
    let again = ann.lists_changes(room, 2).await;
    assert_eq!((again.change, again.changed.len(), again.more, again.reset), (1, 0, false, true));
    let known = ann.lists_changes(room, 1).await;
    assert_eq!((known.change, known.reset), (1, false));
}

#[tokio::test]
async fn a_reader_begins_before_a_change_that_may_be_on_its_way() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    assert_eq!(ann.lists_changes(room, None).await.change, 0);
    let message = ann.has_sent(room, "hello", 60_000).await;
    for age in [30_000, 20_000] {
        let turn = ann.dies_while_changing(room, age).await;
        world.chat.store.put_change(&turn, message.id).await.unwrap();
    }
    assert_eq!(ann.lists_changes(room, None).await.change, 2);
    // One that is not recorded, and one that is.
    ann.dies_while_changing(room, 1000).await;
    assert_eq!(ann.lists_changes(room, None).await.change, 2);
    ann.reacts(&message, Some("👍")).await.unwrap();
    let begun = ann.lists_changes(room, None).await;
    assert_eq!((begun.change, begun.changed.len(), begun.more, begun.reset), (2, 0, false, false));
}
