use chat::{messages::message_info, rooms::set_chat};
use domain::{DeletedFor, Error, Listed, MemberPage, Message, Receipt, Refusal, SetChat, UserId};

use crate::support::{Person, World, assert_refused, world};

const ALL: MemberPage = MemberPage { limit: 100, after: None };

async fn info(
    world: &World,
    person: &Person,
    message: &Message,
    page: MemberPage,
) -> Result<Listed<Receipt, UserId>, Error> {
    message_info(&world.chat, &person.caller, message.room, message.id, page).await
}

/// Whether each receiver has the message, and has read it.
async fn seen(world: &World, person: &Person, message: &Message) -> Vec<(UserId, bool, bool)> {
    let receipts = info(world, person, message, ALL).await.unwrap().items;
    receipts.iter().map(|one| (one.user, one.delivered_at.is_some(), one.read_at.is_some())).collect()
}

#[tokio::test]
async fn the_sender_sees_who_has_a_message_and_who_has_read_it() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_room(&[&bob, &cem, &dan]).await;
    let message = ann.sends(room, "1").await;
    let before = chat::now();
    bob.reads(room, &[&message]).await;
    cem.receives(&message).await;
    dan.leaves(room).await;
    let expected = [(bob.id(), true, true), (cem.id(), true, false), (dan.id(), false, false)];
    assert_eq!(seen(&world, &ann, &message).await, expected);
    let receipts = info(&world, &ann, &message, ALL).await.unwrap().items;
    let times = [receipts[0].read_at, receipts[1].delivered_at];
    assert!(times.iter().flatten().all(|at| (before..=chat::now()).contains(at)), "{times:?}");
    assert_refused!(info(&world, &bob, &message, ALL).await, Refusal::NotTheSender);
    assert_refused!(info(&world, &dan, &message, ALL).await, Refusal::NotAMember);
    // Those who come back have not seen what they received before.
    dan.joins(room).await;
    assert_eq!(seen(&world, &ann, &message).await, expected);
}

#[tokio::test]
async fn the_sender_does_not_notice_that_a_receiver_has_cleared_the_chat() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_closed_room(&[&bob]).await;
    let before = ann.sends(room, "before Cem").await;
    ann.adds(room, &cem).await;
    let message = ann.sends(room, "1").await;
    let expected = [(bob.id(), true, true), (cem.id(), true, true)];
    for person in [&bob, &cem] {
        person.reads(room, &[&message]).await;
        for _ in 0..2 {
            let clear = SetChat { cleared: true, ..SetChat::of(room) };
            set_chat(&world.chat, &person.caller, &clear).await.unwrap();
        }
    }
    assert_eq!(seen(&world, &ann, &message).await, expected);
    assert_eq!(seen(&world, &ann, &before).await[0], (bob.id(), true, true));
    assert!(seen(&world, &ann, &before).await[1..].iter().all(|(_, delivered, read)| !delivered && !read));
}

#[tokio::test]
async fn receipts_begin_again_with_an_edit() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let message = ann.sends(room, "1").await;
    bob.reads(room, &[&message]).await;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    ann.edits(&message, "2").await.unwrap();
    assert_eq!(seen(&world, &ann, &message).await, [(bob.id(), false, false)]);
    bob.receives(&message).await;
    assert_eq!(seen(&world, &ann, &message).await, [(bob.id(), true, false)]);
    bob.reads(room, &[&message]).await;
    assert_eq!(seen(&world, &ann, &message).await, [(bob.id(), true, true)]);
}

#[tokio::test]
async fn a_deleted_message_and_one_that_one_has_hidden_have_no_receipts() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let [first, second] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    ann.deletes(&first, DeletedFor::Everyone).await.unwrap();
    assert_refused!(info(&world, &ann, &first, ALL).await, Refusal::MessageDeleted);
    ann.deletes(&second, DeletedFor::Me).await.unwrap();
    assert_refused!(info(&world, &ann, &second, ALL).await, Refusal::MessageNotFound(_));
}

#[tokio::test]
async fn in_a_large_room_the_present_members_of_before_are_listed_in_pages() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let room = ann.makes_large_room(&[&bob, &cem], 40).await;
    let message = ann.sends(room, "1").await;
    assert!(message.receivers.is_empty());
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    dan.joins(room).await;
    cem.reads(room, &[&message]).await;
    let page = async |limit, after| {
        let listed = info(&world, &ann, &message, MemberPage { limit, after }).await.unwrap();
        (listed.items.iter().map(|one| (one.user, one.read_at.is_some())).collect::<Vec<_>>(), listed.next)
    };
    assert_eq!(page(1, None).await, (vec![(bob.id(), false)], Some(bob.id())));
    let (second, next) = page(2, Some(bob.id())).await;
    // Dan has come later.
    assert_eq!((second, next), (vec![(cem.id(), true)], Some(dan.id())));
    assert_eq!(page(100, Some(dan.id())).await, (vec![], None));
}

#[tokio::test]
async fn behind_a_block_the_receipts_of_before_stay_as_they_were() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let [first, second] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    bob.reads(room, &[&first]).await;
    bob.blocks(&ann).await;
    bob.reads(room, &[&second]).await;
    assert_eq!(seen(&world, &ann, &first).await, [(bob.id(), true, true)]);
    assert_eq!(seen(&world, &ann, &second).await, [(bob.id(), false, false)]);
    bob.unblocks(&ann).await;
    assert_eq!(seen(&world, &ann, &second).await, [(bob.id(), false, false)]);
    let third = ann.sends(room, "3").await;
    bob.reads(room, &[&third]).await;
    assert_eq!(seen(&world, &ann, &second).await, [(bob.id(), true, true)]);
}
