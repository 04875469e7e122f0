use domain::{Cursor, MessageId, Position};

use crate::support::{after, caller, texts, world};

#[tokio::test]
async fn only_what_was_sent_or_received_is_listed_across_stays() {
    let world = world().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let room = world.room(&[ann]).await;
    world.sends(ann, room, "before").await;
    chat::rooms::join_chatroom(&world.chat, &caller(bob), room).await.unwrap();
    world.sends(ann, room, "during").await;
    chat::rooms::leave_chatroom(&world.chat, &caller(bob), room).await.unwrap();
    world.sends(ann, room, "away").await;
    chat::rooms::join_chatroom(&world.chat, &caller(bob), room).await.unwrap();
    world.sends(bob, room, "again").await;
    let start = after(MessageId::try_from(1).unwrap());
    assert_eq!(texts(&world.reads_all(bob, 50, start).await), ["during", "again"]);
    assert_eq!(texts(&world.reads_all(bob, 50, Position::Latest).await), ["during", "again"]);
    assert_eq!(world.reads_room(bob, room, Position::Latest).await.messages.len(), 4);
}

#[tokio::test]
async fn a_page_that_everything_fits_is_the_last() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    for text in ["1", "2"] {
        world.sends(ann, room, text).await;
    }
    for start in [Position::Latest, after(MessageId::try_from(1).unwrap())] {
        let page = world.reads_all(ann, 2, start).await;
        assert_eq!((texts(&page), page.next), (vec!["1", "2"], None));
    }
}

#[tokio::test]
async fn following_the_pages_finds_everything_behind_what_is_left_out() {
    let world = world().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let (old, new) = (world.room(&[ann, bob]).await, world.room(&[ann, bob]).await);
    world.sends(ann, old, "0").await;
    chat::rooms::leave_chatroom(&world.chat, &caller(bob), old).await.unwrap();
    world.sends(ann, new, "1").await;
    for _ in 0..7 {
        world.sends(ann, old, "not bob's").await;
    }
    chat::rooms::join_chatroom(&world.chat, &caller(bob), old).await.unwrap();
    world.sends(ann, old, "2").await;
    world.sends(ann, new, "3").await;
    for start in [Position::Latest, after(MessageId::try_from(1).unwrap())] {
        let (mut found, mut next) = (Vec::new(), Some(start));
        while let Some(position) = next {
            let page = world.reads_all(bob, 2, position).await;
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
