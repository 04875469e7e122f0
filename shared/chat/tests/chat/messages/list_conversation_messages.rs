use chat::rooms::create_chatroom;
use domain::{Cursor, History, NewRoom, Position};

use crate::support::{after, new_room, start, texts, world};

#[tokio::test]
async fn a_room_is_read_page_by_page_from_both_ends() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    let mut ids = Vec::new();
    for text in ["1", "2", "3", "4", "5"] {
        ids.push(ann.sends(room, text).await.id);
    }
    ann.sends(ann.makes_room(&[]).await, "elsewhere").await;
    // A newcomer reads the older messages, too.
    bob.joins(room).await;
    for (position, expected, next) in [
        (Position::Latest, &["4", "5"][..], Some(Cursor::Before(ids[3]))),
        (Position::Before(ids[3]), &["2", "3"], Some(Cursor::Before(ids[1]))),
        (Position::Before(ids[1]), &["1"], None),
        (Position::After(ids[0]), &["2", "3"], Some(Cursor::After(ids[2]))),
        (Position::After(ids[2]), &["4", "5"], None),
        (Position::After(ids[4]), &[], None),
    ] {
        let page = bob.lists_room(room, 2, position).await;
        assert_eq!((texts(&page).as_slice(), page.next), (expected, next), "{position:?}");
    }
}

#[tokio::test]
async fn a_position_may_be_a_message_of_another_room() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [garden, kitchen] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    ann.sends(garden, "before").await;
    let between = ann.sends(kitchen, "between").await.id;
    ann.sends(garden, "after").await;
    assert_eq!(texts(&ann.lists_room(garden, 9, Position::Before(between)).await), ["before"]);
    assert_eq!(texts(&ann.lists_room(garden, 9, after(between)).await), ["after"]);
}

#[tokio::test]
async fn a_newcomer_sees_nothing_from_before_at_any_position() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let joined = NewRoom { history: Some(History::Joined), ..new_room(&[]) };
    let room = create_chatroom(&world.chat, &ann.caller, joined).await.unwrap().room.id;
    let mut before = Vec::new();
    for text in ["1", "2", "3"] {
        before.push(ann.sends(room, text).await.id);
    }
    bob.joins(room).await;
    let first = ann.sends(room, "4").await.id;
    ann.sends(room, "5").await;
    for (position, expected, next) in [
        (Position::Latest, &["4", "5"][..], None),
        (Position::Before(first), &[], None),
        (Position::Before(before[1]), &[], None),
        (start(), &["4", "5"], None),
        (after(before[0]), &["4", "5"], None),
        (after(before[2]), &["4", "5"], None),
        (after(first), &["5"], None),
    ] {
        let page = bob.lists_room(room, 3, position).await;
        assert_eq!((texts(&page).as_slice(), page.next), (expected, next), "{position:?}");
    }
    let page = bob.lists_room(room, 1, after(before[0])).await;
    assert_eq!((texts(&page), page.next), (vec!["4"], Some(Cursor::After(first))));
}

#[tokio::test]
async fn what_a_block_has_hidden_is_read_over() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let first = ann.sends(room, "first").await.id;
    ann.blocks(&bob).await;
    for _ in 0..20 {
        bob.sends(room, "psst").await;
    }
    ann.unblocks(&bob).await;
    bob.sends(room, "last").await;
    for (limit, position) in [(9, Position::Latest), (9, start()), (9, after(first))] {
        let (mut found, mut next) = (Vec::new(), Some(position));
        while let Some(position) = next {
            let page = ann.lists_room(room, limit, position).await;
            found.extend(texts(&page).into_iter().map(str::to_owned));
            next = page.next.map(|cursor| match cursor {
                Cursor::Before(id) => Position::Before(id),
                Cursor::After(id) => Position::After(id),
            });
        }
        found.sort_unstable();
        assert_eq!(found, if position == after(first) { &["last"][..] } else { &["first", "last"] }, "{position:?}");
    }
    assert_eq!(bob.lists_room(room, 50, Position::Latest).await.messages.len(), 22);
}
