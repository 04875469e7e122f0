use chat::rooms::reset_invite;
use domain::{Error, InviteCode, Refusal, ResetInvite, Room, RoomId, RoomKind, UserId};
use store::Membership;

use crate::support::{Person, World, assert_refused, world};

async fn resets(world: &World, person: &Person, room: RoomId, enabled: bool) -> Result<Option<InviteCode>, Error> {
    reset_invite(&world.chat, &person.caller, &ResetInvite { room, enabled }).await
}

#[tokio::test]
async fn each_code_is_a_new_one_and_the_room_keeps_its_hash() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = ann.makes_room(&[]).await;
    let first = resets(&world, &ann, room, true).await.unwrap().unwrap();
    let second = resets(&world, &ann, room, true).await.unwrap().unwrap();
    assert_ne!(first, second);
    let (id, random) = second.to_string().split_once('.').map(|(id, random)| (id.to_owned(), random.len())).unwrap();
    assert_eq!((id, random), (room.to_string(), 22));
    let found = ann.room(room).await;
    assert_eq!((found.invite, found.changes), (Some(second.hash()), 0));
    for _ in 0..2 {
        assert_eq!(resets(&world, &ann, room, false).await.unwrap(), None);
        assert_eq!(ann.room(room).await.invite, None);
    }
}

#[tokio::test]
async fn only_admins_have_codes() {
    let world = world().await;
    let [ann, bob, cem] = world.users(["ann", "bob", "cem"]).await;
    let room = ann.makes_room(&[&bob]).await;
    let closed = ann.makes_closed_room(&[]).await;
    let direct = ann.opens_direct(&bob).await;
    assert_refused!(resets(&world, &bob, room, true).await, Refusal::NotAnAdmin);
    assert_refused!(resets(&world, &cem, room, true).await, Refusal::NotAMember);
    assert_refused!(resets(&world, &cem, closed, true).await, Refusal::RoomNotFound);
    assert_refused!(resets(&world, &ann, direct, true).await, Refusal::NotAnAdmin);
    assert_refused!(resets(&world, &ann, RoomId::try_from(99).unwrap(), false).await, Refusal::RoomNotFound);
    for room in [room, closed, direct] {
        assert_eq!(ann.room(room).await.invite, None);
    }
}

/// In a room from before there were owners, the creator may have left.
#[tokio::test]
async fn the_oldest_member_of_an_old_room_has_its_code() {
    let world = world().await;
    let [ann, bob] = world.users(["ann", "bob"]).await;
    let id = world.chat.store.next_room_id().await.unwrap();
    let gone = UserId::try_from(99).unwrap();
    let members = [ann.id(), bob.id()].into();
    let room = Room { members, ..Room::new(id, RoomKind::Group, gone, chat::now()) };
    let stay = |person: &Person, later| {
        let now = chat::now();
        Membership { joined_at: now.millis() + later, ..Membership::begins(person.id(), &room, now) }
    };
    world.chat.store.create_room(&room, &[stay(&ann, 1000), stay(&bob, 0)], &[]).await.unwrap();
    assert_refused!(resets(&world, &ann, id, true).await, Refusal::NotAnAdmin);
    let code = resets(&world, &bob, id, true).await.unwrap().unwrap();
    let found = bob.room(id).await;
    assert_eq!((found.owner, found.invite), (bob.id(), Some(code.hash())));
}
