use chat::rooms::list_members;
use domain::{Member, MemberPage, PrivacyChoices, RoomId};

use crate::support::{Person, World, world};

async fn members(world: &World, person: &Person, room: RoomId) -> Vec<Member> {
    list_members(&world.chat, &person.caller, room, MemberPage { limit: 100, after: None }).await.unwrap().items
}

#[tokio::test]
async fn members_are_listed_by_when_they_came_with_their_names_and_marks() {
    let world = world().await;
    let [cem, ann, bob] = world.users(["cem", "ann", "bob"]).await;
    let room = ann.makes_room(&[]).await;
    for newcomer in [&bob, &cem] {
        // The order is by milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        newcomer.joins(room).await;
    }
    let message = ann.sends(room, "hi").await;
    bob.reads(room, &[&message]).await;
    let listed = members(&world, &cem, room).await;
    let shown: Vec<_> = listed.iter().map(|member| (member.user, member.username.as_str(), member.last_read)).collect();
    assert_eq!(shown, [(ann.id(), "ann", None), (bob.id(), "bob", Some(message.id)), (cem.id(), "cem", None)]);
}

#[tokio::test]
async fn whoever_has_a_socket_that_hears_the_room_is_online() {
    let world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    let everybody = [&bob, &cem, &dan];
    let [room, other] = [ann.makes_room(&everybody).await, ann.makes_room(&everybody).await];
    ann.has_socket("for all rooms").await;
    bob.has_socket_for(room, "for this room").await;
    cem.has_socket_for(other, "for another room").await;
    dan.has_had_socket("expired", 2 * 60 * 60 * 1000).await;
    let online: Vec<_> = members(&world, &ann, room)
        .await
        .into_iter()
        .filter(|member| member.online == Some(true))
        .map(|member| member.user)
        .collect();
    assert_eq!(online, [ann.id(), bob.id()]);
}

#[tokio::test]
async fn the_pages_of_members_are_cut_by_id() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = cem.makes_room(&[&ann, &bob]).await;
    let page = async |limit, after| {
        let page = MemberPage { limit, after };
        let listed = list_members(&world.chat, &ann.caller, room, page).await.unwrap();
        (listed.items.iter().map(|member| member.user).collect::<Vec<_>>(), listed.next)
    };
    assert_eq!(page(2, None).await, (vec![ann.id(), bob.id()], Some(bob.id())));
    assert_eq!(page(2, Some(bob.id())).await, (vec![cem.id()], None));
    assert_eq!(page(3, None).await.1, None);
    assert_eq!(page(9, Some(cem.id())).await, (vec![], None));
}

#[tokio::test]
async fn behind_a_block_nobody_is_seen_to_be_online_or_to_have_read() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let [first, second] = [ann.sends(room, "1").await, ann.sends(room, "2").await];
    bob.reads(room, &[&first]).await;
    ann.has_socket("ann's").await;
    bob.has_socket("bob's").await;
    let seen = async |viewer: &Person, other: &Person| {
        let listed = members(&world, viewer, room).await;
        let member = listed.iter().find(|member| member.user == other.id()).unwrap();
        (member.online, member.last_read)
    };
    assert_eq!(seen(&ann, &bob).await, (Some(true), Some(first.id)));
    ann.blocks(&bob).await;
    bob.reads(room, &[&second]).await;
    let third = bob.sends(room, "3").await;
    bob.reads(room, &[&third]).await;
    assert_eq!(seen(&ann, &bob).await, (None, Some(first.id)));
    assert_eq!(seen(&bob, &ann).await, (None, None));
    assert_eq!(seen(&bob, &bob).await, (Some(true), Some(third.id)), "one sees oneself as ever");
    ann.unblocks(&bob).await;
    assert_eq!(seen(&ann, &bob).await, (Some(true), Some(first.id)));
    let fourth = ann.sends(room, "4").await;
    bob.reads(room, &[&fourth]).await;
    assert_eq!(seen(&ann, &bob).await, (Some(true), Some(fourth.id)));
}

#[tokio::test]
async fn in_a_direct_room_marks_are_shown_if_both_show_receipts() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let [direct, group] = [ann.opens_direct(&bob).await, ann.makes_room(&[&bob]).await];
    ann.has_socket("ann's").await;
    let mut last = Vec::new();
    for (owner, shown) in [(None, true), (Some(&ann), false), (Some(&bob), false)] {
        for person in [&ann, &bob] {
            let receipts = Some(owner.is_none_or(|owner| owner.id() != person.id()));
            let choices = PrivacyChoices { receipts, ..PrivacyChoices::default() };
            world.chat.store.set_privacy(person.id(), choices).await.unwrap();
        }
        for (room, always) in [(direct, false), (group, true)] {
            let message = ann.sends(room, "hi").await;
            bob.reads(room, &[&message]).await;
            let member = members(&world, &ann, room).await.into_iter().find(|member| member.user == bob.id());
            let expected = (shown || always).then_some(message.id);
            assert_eq!(member.unwrap().last_read, expected, "{owner:?}");
            last.push(expected.is_some());
        }
    }
    let heard = world.gateway.types("ann's").iter().filter(|kind| *kind == "read").count();
    assert_eq!(heard, last.iter().filter(|shown| **shown).count());
}
