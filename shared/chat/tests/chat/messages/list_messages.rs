use chat::rooms::create_chatroom;
use domain::{Cursor, History, NewRoom, Position};

use crate::support::{new_room, start, texts, world};

#[tokio::test]
async fn only_what_was_sent_or_received_is_listed_across_stays() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    ann.sends(room, "before").await;
    bob.joins(room).await;
    ann.sends(room, "during").await;
    bob.leaves(room).await;
    ann.sends(room, "away").await;
    bob.joins(room).await;
    bob.sends(room, "again").await;
    assert_eq!(texts(&bob.lists_all(50, start()).await), ["during", "again"]);
    assert_eq!(texts(&bob.lists_all(50, Position::Latest).await), ["during", "again"]);
    assert_eq!(bob.lists_room(room, 50, Position::Latest).await.messages.len(), 4);
}

#[tokio::test]
async fn a_page_that_everything_fits_is_the_last() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    for text in ["1", "2"] {
        ann.sends(room, text).await;
    }
    for position in [Position::Latest, start()] {
        let page = ann.lists_all(2, position).await;
        assert_eq!((texts(&page), page.next), (vec!["1", "2"], None));
    }
}

#[tokio::test]
async fn following_the_pages_finds_everything_behind_what_is_left_out() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [old, new] = [ann.makes_room(&[&bob]).await, ann.makes_room(&[&bob]).await];
    ann.sends(old, "0").await;
    bob.leaves(old).await;
    ann.sends(new, "1").await;
    for _ in 0..7 {
        ann.sends(old, "not bob's").await;
    }
    bob.joins(old).await;
    ann.sends(old, "2").await;
    ann.sends(new, "3").await;
    for position in [Position::Latest, start()] {
        let (mut found, mut next) = (Vec::new(), Some(position));
        while let Some(position) = next {
            let page = bob.lists_all(2, position).await;
            found.extend(texts(&page).into_iter().map(str::to_owned));
            next = page.next.map(|cursor| match cursor {
                Cursor::Before(id) => Position::Before(id),
                Cursor::After(id) => Position::After(id),
            });
        }
        found.sort_unstable();
        assert_eq!(found, ["0", "1", "2", "3"]);
    }
}

#[tokio::test]
async fn a_newcomer_sees_nothing_from_before_and_waits_for_nothing_of_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let joined = NewRoom { history: Some(History::Joined), ..new_room(&[]) };
    let room = create_chatroom(&world.chat, &ann.caller, joined).await.unwrap().room.id;
    bob.joins(room).await;
    ann.sends(room, "first stay").await;
    bob.leaves(room).await;
    ann.sends(room, "away").await;
    ann.dies_while_sending(room, 0).await;
    bob.joins(room).await;
    assert!(bob.lists_all(9, start()).await.messages.is_empty());
    ann.sends(room, "second stay").await;
    for position in [Position::Latest, start()] {
        assert_eq!(texts(&bob.lists_all(9, position).await), ["second stay"], "{position:?}");
    }
}

#[tokio::test]
async fn in_a_large_room_what_was_sent_during_the_stay_is_listed() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_large_room(&[], 40).await;
    ann.sends(room, "before").await;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    bob.joins(room).await;
    ann.sends(room, "during").await;
    assert_eq!(texts(&bob.lists_all(9, Position::Latest).await), ["during"]);
    assert_eq!(texts(&ann.lists_all(9, Position::Latest).await), ["before", "during"]);
}

#[tokio::test]
async fn many_rooms_are_merged_page_by_page_from_both_ends() {
    let world = world().await;
    let ann = world.user("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..9 {
        rooms.push(ann.makes_room(&[]).await);
    }
    let mut sent = Vec::new();
    // The first room has most of the messages, and the others one each.
    for number in 0..40 {
        let room = if number % 5 == 4 { rooms[1 + number / 5] } else { rooms[0] };
        sent.push(ann.sends(room, &number.to_string()).await.id);
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    for start in [Position::Latest, start()] {
        let (mut found, mut pages, mut next) = (Vec::new(), 0, Some(start));
        while let Some(position) = next {
            let page = ann.lists_all(6, position).await;
            pages += 1;
            found.extend(page.messages.iter().map(|shown| shown.message.id));
            next = page.next.map(|cursor| match cursor {
                Cursor::Before(id) => Position::Before(id),
                Cursor::After(id) => Position::After(id),
            });
        }
        found.sort_unstable();
        assert_eq!(found, sent);
        assert!(pages <= 9, "{pages} pages");
    }
}
