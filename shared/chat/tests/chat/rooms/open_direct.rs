use std::{collections::BTreeSet, time::Duration};

use chat::{
    accounts::set_privacy,
    rooms::{OpenedDirect, open_direct},
};
use domain::{Circle, Error, OpenDirect, Pace, Refusal, RoomId, RoomKind, UserId};
use futures_util::future::join_all;
use store::Consistency;

use crate::support::{Person, World, added_by, assert_refused, world};

async fn opens(world: &World, caller: &Person, peer: UserId) -> Result<OpenedDirect, Error> {
    open_direct(&world.chat, &caller.caller, Ok(OpenDirect { user: peer })).await
}

/// The rooms in somebody's list.
async fn lists(person: &Person) -> Vec<RoomId> {
    person.lists_rooms().await.into_iter().map(|summary| summary.room.room.id).collect()
}

#[tokio::test]
async fn two_people_have_one_room_with_each_other_as_peer() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let first = opens(&world, &ann, bob.id()).await.unwrap();
    assert!(first.new);
    let again = opens(&world, &bob, ann.id()).await.unwrap();
    assert!(!again.new);
    assert_eq!(first.room.room.id, again.room.room.id);
    let peers = [&first, &again].map(|opened| opened.room.peer.as_ref().map(|peer| peer.username.as_str()));
    assert_eq!(peers, [Some("bob"), Some("ann")]);
    let room = ann.room(first.room.room.id).await;
    assert_eq!((room.kind, room.members.len(), room.name), (RoomKind::Direct, 2, None));
}

#[tokio::test]
async fn sixteen_at_once_from_both_sides_open_one_room() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let calls = (0..16).map(|n| if n % 2 == 0 { opens(&world, &ann, bob.id()) } else { opens(&world, &bob, ann.id()) });
    let opened: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened.iter().filter(|opened| opened.new).count(), 1);
    assert_eq!(opened.iter().map(|opened| opened.room.room.id).collect::<BTreeSet<_>>().len(), 1);
    for person in [&ann, &bob] {
        assert_eq!(world.chat.store.memberships(person.id(), Consistency::Strong).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn notes_are_a_room_with_oneself() {
    let world = world().await;
    let ann = world.user("ann").await;
    let notes = opens(&world, &ann, ann.id()).await.unwrap();
    assert_eq!((notes.new, notes.room.peer.map(|peer| peer.id)), (true, Some(ann.id())));
    assert!(!opens(&world, &ann, ann.id()).await.unwrap().new);
    ann.sends(notes.room.room.id, "milk").await;
    let listed = ann.lists_rooms().await;
    assert_eq!((listed.len(), listed[0].unread), (1, 0));
}

#[tokio::test]
async fn a_user_who_does_not_exist_has_no_room() {
    let world = world().await;
    let ann = world.user("ann").await;
    let nobody = UserId::try_from(99).unwrap();
    assert_refused!(opens(&world, &ann, nobody).await, Refusal::UserNotFound(ids) if *ids == [nobody]);
    ann.loses_session().await;
    let invalid = Err(Refusal::field("user", "is required").into());
    assert_refused!(open_direct(&world.chat, &ann.caller, invalid).await, Refusal::Unauthenticated);
}

#[tokio::test]
async fn somebody_who_accepts_nobody_is_written_to_by_those_who_have_a_room_with_them() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    opens(&world, &ann, bob.id()).await.unwrap();
    set_privacy(&world.chat, &bob.caller, added_by(Circle::Nobody)).await.unwrap();
    assert!(!opens(&world, &ann, bob.id()).await.unwrap().new);
    assert_refused!(opens(&world, &cem, bob.id()).await, Refusal::NotAccepted);
    assert!(opens(&world, &bob, cem.id()).await.unwrap().new);
    assert!(!opens(&world, &cem, bob.id()).await.unwrap().new);
    assert!(opens(&world, &bob, bob.id()).await.unwrap().new, "their own notes");
}

#[tokio::test]
async fn an_empty_room_is_listed_for_those_who_have_opened_it() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    assert_eq!((lists(&ann).await, lists(&bob).await), (vec![room], vec![]));
    bob.opens_direct(&ann).await;
    assert_eq!(lists(&bob).await, [room]);
}

#[tokio::test]
async fn a_hidden_room_comes_back_with_a_message_and_when_it_is_opened() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    ann.sends(room, "1").await;
    for person in [&ann, &bob] {
        person.leaves(room).await;
    }
    assert_eq!((lists(&ann).await, lists(&bob).await), (vec![], vec![]));
    bob.opens_direct(&ann).await;
    assert_eq!((lists(&ann).await, lists(&bob).await), (vec![], vec![room]));
    bob.sends(room, "2").await;
    assert_eq!(lists(&ann).await, [room]);
    assert_eq!(ann.room(room).await.members.len(), 2);
}

#[tokio::test]
async fn only_a_new_room_counts_and_one_with_another_person_counts_as_a_stranger() {
    let mut world = world().await;
    let [ann, bob, cem, dan] = world.users(["ann", "bob", "cem", "dan"]).await;
    world.chat.paces.room_changes = Pace::new(Duration::from_mins(1), 3);
    world.chat.paces.strangers = Pace::new(Duration::from_mins(1), 2);
    for peer in [&bob, &bob, &cem, &bob, &cem] {
        opens(&world, &ann, peer.id()).await.unwrap();
    }
    assert_refused!(opens(&world, &ann, dan.id()).await, Refusal::RateLimited(_));
    assert!(!opens(&world, &ann, cem.id()).await.unwrap().new);
    // The refused attempt has counted as a change.
    world.chat.paces.room_changes = Pace::new(Duration::from_mins(1), 4);
    assert!(opens(&world, &ann, ann.id()).await.unwrap().new);
    assert!(opens(&world, &dan, ann.id()).await.unwrap().new);
}

#[tokio::test]
async fn a_call_that_comes_second_takes_its_counts_back() {
    let mut world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    for pace in [&mut world.chat.paces.room_changes, &mut world.chat.paces.strangers] {
        *pace = Pace::new(Duration::from_hours(1), 3);
    }
    for _ in 0..2 {
        let (one, other) = tokio::join!(opens(&world, &ann, bob.id()), opens(&world, &ann, bob.id()));
        one.and(other).unwrap();
    }
    opens(&world, &ann, cem.id()).await.unwrap();
    opens(&world, &ann, cem.id()).await.unwrap();
    let dan = world.user("dan").await;
    assert!(opens(&world, &ann, dan.id()).await.unwrap().new);
}

#[tokio::test]
async fn a_block_changes_no_answer_and_the_room_is_closed() {
    let world = world().await;
    for blocker_opens in [true, false] {
        let [ann, bob] = if blocker_opens { ["ann", "bob"] } else { ["cem", "dan"] };
        let [ann, bob] = world.users([ann, bob]).await;
        ann.blocks(&bob).await;
        let (opener, peer) = if blocker_opens { (&ann, &bob) } else { (&bob, &ann) };
        let found = opens(&world, opener, peer.id()).await.unwrap();
        assert!(found.new);
        let room = found.room.room.id;
        assert_eq!(ann.room(room).await.closed_by.keys().copied().collect::<Vec<_>>(), [ann.id()]);
        opener.sends(room, "psst").await;
        assert_eq!((lists(opener).await.len(), lists(peer).await.len()), (1, 0));
        ann.unblocks(&bob).await;
        assert_eq!(lists(peer).await, []);
        opener.sends(room, "hi").await;
        assert_eq!(lists(peer).await, [room]);
    }
}

#[tokio::test]
async fn opening_and_blocking_at_once_leave_a_room_that_knows_the_block() {
    let world = world().await;
    for n in 0..8 {
        let [ann, bob] = world.users([&*format!("ann{n}"), &*format!("bob{n}")]).await;
        let (opened, (), ()) = tokio::join!(opens(&world, &bob, ann.id()), ann.blocks(&bob), bob.blocks(&ann));
        let room = opened.unwrap().room.room.id;
        assert_eq!(ann.room(room).await.closed_by.len(), 2);
    }
}

#[tokio::test]
async fn hidden_messages_are_no_activity() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let room = ann.opens_direct(&bob).await;
    let seen = ann.sends(room, "1").await;
    ann.blocks(&bob).await;
    bob.sends(room, "2").await;
    let updated = async |person: &Person| {
        let listed = person.lists_rooms().await.pop().unwrap().room.room.updated_at;
        let opened = opens(&world, person, if person.id() == ann.id() { bob.id() } else { ann.id() }).await;
        assert_eq!(opened.unwrap().room.room.updated_at, listed);
        listed
    };
    assert_eq!(updated(&ann).await, seen.id.created_at());
    assert!(updated(&bob).await > seen.id.created_at());
    ann.unblocks(&bob).await;
    assert_eq!(updated(&ann).await, seen.id.created_at());
    let third = bob.sends(room, "3").await;
    assert_eq!(updated(&ann).await, third.id.created_at());
}
