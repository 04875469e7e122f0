//! Messages on their way: a sender has taken a turn, and the message of that turn is not stored yet, or never will be.

use chat::messages::send_message;
use domain::Position;

use crate::support::{after, draft_of_client, slow::Delay, start, texts, world, world_of};

#[tokio::test]
async fn a_reader_waits_before_a_message_that_may_be_on_its_way() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let first = ann.sends(room, "first").await;
    ann.dies_while_sending(room, 0).await;
    ann.sends(room, "third").await;
    assert!(ann.lists_room(room, 50, after(first.id)).await.messages.is_empty());
    assert!(ann.lists_all(50, after(first.id)).await.messages.is_empty());
    // A page backwards does not wait, and shows the gap in the sequence.
    assert_eq!(texts(&ann.lists_room(room, 50, Position::Latest).await), ["first", "third"]);
}

#[tokio::test]
async fn a_message_that_did_not_come_within_fifteen_seconds_never_will() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let lost = ann.dies_while_sending(room, 16_000).await;
    let sent = ann.sends(room, "second").await;
    assert_eq!(sent.sequence, 2);
    assert_eq!(texts(&ann.lists_room(room, 50, after(lost)).await), ["second"]);
    assert_eq!(texts(&ann.lists_room(room, 50, start()).await), ["second"]);
    assert_eq!(texts(&ann.lists_all(50, start()).await), ["second"]);
}

#[tokio::test]
async fn a_hole_is_as_old_as_it_was_when_it_was_looked_for() {
    // All rooms are read with the third of three calls in a row.
    for (all_rooms, age) in [(false, 13_500), (true, 9_900)] {
        let delay = Delay::default();
        let world = world_of(delay.store().await).await;
        let ann = world.user("ann").await;
        let room = ann.makes_room(&[]).await;
        ann.dies_while_sending(room, age).await;
        ann.sends(room, "second").await;
        // Fifteen seconds are over when the answer arrives, and the first message may have been stored before that.
        delay.set(1_800);
        let page = if all_rooms { ann.lists_all(50, start()).await } else { ann.lists_room(room, 50, start()).await };
        assert!(page.messages.is_empty(), "{:?}", texts(&page));
    }
}

#[tokio::test]
async fn the_cursor_of_all_rooms_does_not_pass_a_message_on_its_way_in_one() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [garden, kitchen] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    let first = ann.sends(garden, "first").await;
    ann.dies_while_sending(garden, 0).await;
    ann.sends(kitchen, "second").await;
    let page = ann.lists_all(50, after(first.id)).await;
    assert!(page.messages.is_empty() && page.next.is_none());
    // The same holds if the room has more than fits the page.
    for text in ["third", "fourth"] {
        ann.sends(garden, text).await;
    }
    let page = ann.lists_all(1, after(first.id)).await;
    assert!(page.messages.is_empty() && page.next.is_none(), "{:?}", texts(&page));
}

#[tokio::test]
async fn a_hole_for_good_at_the_end_of_a_room_holds_up_no_other() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [garden, kitchen, hall] = [ann.makes_room(&[]).await, ann.makes_room(&[]).await, ann.makes_room(&[]).await];
    ann.dies_while_sending(garden, 16_000).await;
    ann.sends(kitchen, "first").await;
    ann.sends(hall, "second").await;
    assert_eq!(texts(&ann.lists_all(50, start()).await), ["first", "second"]);
}

#[tokio::test]
async fn a_retry_leaves_no_hole() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let send = || send_message(&world.chat, &ann.caller, Ok(draft_of_client(room, "once", "c1")));
    let (first, again) = (send().await.unwrap(), send().await.unwrap());
    assert!(first.new && !again.new);
    assert_eq!(first.message, again.message);
    assert_eq!(ann.sends(room, "next").await.sequence, 2);
}
