use domain::{Cursor, Position};

use crate::support::{start, texts, world};

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
