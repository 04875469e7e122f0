use domain::{ClientId, Content, Draft, Position, Text};

use crate::{
    slow::Delay,
    support::{after, caller, socket, texts, world, world_of},
};

#[tokio::test]
async fn a_reader_waits_before_a_message_that_may_be_on_its_way() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    let first = world.sends(ann, room, "first").await;
    world.dies_while_sending(ann, room, 0).await;
    world.sends(ann, room, "third").await;
    assert!(world.reads_room(ann, room, after(first.id)).await.messages.is_empty());
    assert!(world.reads_all(ann, 50, after(first.id)).await.messages.is_empty());
    // Looking back, one sees the gap in the sequence.
    assert_eq!(texts(&world.reads_room(ann, room, Position::Latest).await), ["first", "third"]);
}

#[tokio::test]
async fn a_message_that_did_not_come_within_fifteen_seconds_never_will() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    let lost = world.dies_while_sending(ann, room, 16_000).await;
    let sent = world.sends(ann, room, "second").await;
    assert_eq!(sent.sequence, 2);
    let start = after(lost);
    assert_eq!(texts(&world.reads_room(ann, room, start).await), ["second"]);
    let start = after(domain::MessageId::try_from(1).unwrap());
    assert_eq!(texts(&world.reads_room(ann, room, start).await), ["second"]);
    assert_eq!(texts(&world.reads_all(ann, 50, start).await), ["second"]);
}

#[tokio::test]
async fn a_hole_is_as_old_as_it_was_when_it_was_looked_for() {
    let start = after(domain::MessageId::try_from(1).unwrap());
    // All rooms are read with the third of three calls in a row.
    for (all_rooms, age) in [(false, 13_500), (true, 9_900)] {
        let delay = Delay::default();
        let world = world_of(delay.store().await).await;
        let ann = world.user("ann").await;
        let room = world.room(&[ann]).await;
        world.dies_while_sending(ann, room, age).await;
        world.sends(ann, room, "second").await;
        // Fifteen seconds are over when the answer is here, and the first message may have been stored meanwhile.
        delay.set(1_800);
        let page =
            if all_rooms { world.reads_all(ann, 50, start).await } else { world.reads_room(ann, room, start).await };
        assert!(page.messages.is_empty(), "{:?}", texts(&page));
    }
}

#[tokio::test]
async fn the_cursor_of_all_rooms_does_not_pass_a_message_on_its_way_in_one() {
    let world = world().await;
    let ann = world.user("ann").await;
    let (garden, kitchen) = (world.room(&[ann]).await, world.room(&[ann]).await);
    let first = world.sends(ann, garden, "first").await;
    world.dies_while_sending(ann, garden, 0).await;
    world.sends(ann, kitchen, "second").await;
    let page = world.reads_all(ann, 50, after(first.id)).await;
    assert!(page.messages.is_empty() && page.next.is_none());
    // Nor where the room has more than fits the page.
    for text in ["third", "fourth"] {
        world.sends(ann, garden, text).await;
    }
    let page = world.reads_all(ann, 1, after(first.id)).await;
    assert!(page.messages.is_empty() && page.next.is_none(), "{:?}", texts(&page));
}

#[tokio::test]
async fn a_hole_for_good_at_the_end_of_a_room_holds_up_no_other() {
    let world = world().await;
    let ann = world.user("ann").await;
    let [garden, kitchen, hall] = [world.room(&[ann]).await, world.room(&[ann]).await, world.room(&[ann]).await];
    world.dies_while_sending(ann, garden, 16_000).await;
    world.sends(ann, kitchen, "first").await;
    world.sends(ann, hall, "second").await;
    let page = world.reads_all(ann, 50, after(domain::MessageId::try_from(1).unwrap())).await;
    assert_eq!(texts(&page), ["first", "second"]);
}

#[tokio::test]
async fn the_list_of_rooms_shows_the_last_message_that_is_stored() {
    let world = world().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let room = world.room(&[ann, bob]).await;
    let stored = world.sends(ann, room, "stored").await;
    world.dies_while_sending(ann, room, 0).await;
    let rooms = chat::rooms::list_chatrooms(&world.chat, &caller(bob)).await.unwrap();
    let last = rooms[0].last_message.as_ref().map(|shown| &shown.message);
    assert_eq!((last, rooms[0].unread), (Some(&stored), 1));
}

#[tokio::test]
async fn a_retry_leaves_no_hole() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = world.room(&[ann]).await;
    let draft = || Draft {
        room,
        content: Content {
            text: Text::try_from("once".to_owned()).ok(),
            client_id: ClientId::try_from("c1".to_owned()).ok(),
            ..Content::default()
        },
    };
    let first = chat::messages::send_over_socket(&world.chat, &socket(ann, "none", "s1"), draft()).await.unwrap();
    let again = chat::messages::send_over_socket(&world.chat, &socket(ann, "none", "s1"), draft()).await.unwrap();
    assert!(first.new && !again.new);
    assert_eq!(first.message, again.message);
    assert_eq!(world.sends(ann, room, "next").await.sequence, 2);
}
