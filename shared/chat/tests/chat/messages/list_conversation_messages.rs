use domain::{Cursor, Position};

use crate::support::{after, texts, world};

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
