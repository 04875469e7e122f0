use std::collections::BTreeSet;

use domain::{Error, MessageId, Refusal, Room, RoomId};
use futures_util::future::join_all;
use store::{Consistency::Strong, Membership, Opening, Store};

use crate::support::{NOBODY, NOW, PUSHES, make_room, message_id, the, user};

async fn tries(store: &Store, opener: u64, peer: u64, blockers: &[u64]) -> Result<(RoomId, Opening), Error> {
    let id = store.next_room_id().await?;
    let blockers: BTreeSet<_> = blockers.iter().copied().map(user).collect();
    let room = Room::direct(id, user(opener), user(peer), &blockers, NOW);
    let memberships: Vec<_> = room.members.iter().map(|&member| Membership::begins(member, &room, NOW)).collect();
    Ok((id, store.create_direct(&room, &memberships).await?))
}

/// Opens the direct room of two people, and returns it, be it new or not.
async fn opens(store: &Store, opener: u64, peer: u64, blockers: &[u64]) -> RoomId {
    match tries(store, opener, peer, blockers).await.unwrap() {
        (id, Opening::Created) | (_, Opening::Existing(id)) => id,
        (_, Opening::Outdated) => panic!("the blocks are others"),
    }
}

#[tokio::test]
async fn two_people_have_one_direct_room_however_many_open_it_at_once() {
    let store = embedded::store();
    let opened = join_all((0..16).map(|i| opens(&store, 1 + i % 2, 2 - i % 2, &[]))).await;
    let rooms: BTreeSet<_> = opened.into_iter().collect();
    assert_eq!(rooms.len(), 1);
    let room = *rooms.first().unwrap();
    assert_eq!(store.direct(user(2), user(1), Strong).await.unwrap(), Some(room));
    assert_eq!(the(&store, room).await.members, [1, 2].map(user).into());
    for id in [1, 2] {
        assert_eq!(store.memberships(user(id), Strong).await.unwrap().len(), 1);
        assert!(store.users_in_too_many_rooms([user(id)]).await.unwrap().is_empty());
    }
    assert_eq!(store.direct(user(1), user(3), Strong).await.unwrap(), None);
}

#[tokio::test]
async fn one_has_a_direct_room_with_oneself() {
    let store = embedded::store();
    let room = opens(&store, 1, 1, &[]).await;
    assert_eq!(opens(&store, 1, 1, &[]).await, room);
    assert_eq!(the(&store, room).await.members, [user(1)].into());
    let turn = store.take_turn(room, user(1), message_id(0), &NOBODY, PUSHES).await.unwrap();
    assert_eq!(turn.room.peer(user(1)), Some(user(1)));
}

#[tokio::test]
async fn contacts_are_people_to_whom_one_has_written_directly() {
    let store = embedded::store();
    let [with_2, _, with_4] =
        [opens(&store, 1, 2, &[]).await, opens(&store, 3, 1, &[]).await, opens(&store, 4, 1, &[]).await];
    let group = make_room(&store, 5).await;
    for (room, sender) in [(with_2, 1), (with_2, 2), (with_4, 1), (group, 5)] {
        store.take_turn(room, user(sender), message_id(0), &NOBODY, PUSHES).await.unwrap();
    }
    let contacts = store.contacts_between(user(1), &(2..=6).map(user).collect(), Strong).await.unwrap();
    assert_eq!((contacts.by_them, contacts.by_user), ([2].map(user).into(), [2, 4].map(user).into()));
    let contacts = store.contacts_between(user(4), &[user(1)].into(), Strong).await.unwrap();
    assert_eq!((contacts.by_them, contacts.by_user), ([user(1)].into(), [].into()));
}

#[tokio::test]
async fn a_direct_room_knows_the_blocks_of_its_members_from_the_first_moment() {
    let store = embedded::store();
    store.block(user(2), user(1), NOW).await.unwrap();
    assert_eq!(tries(&store, 1, 2, &[]).await.unwrap().1, Opening::Outdated);
    assert_eq!(store.direct(user(1), user(2), Strong).await.unwrap(), None);
    let room = opens(&store, 1, 2, &[2]).await;
    assert!(the(&store, room).await.is_closed());
}

#[tokio::test]
async fn a_user_in_too_many_rooms_opens_no_direct_room_but_others_open_theirs() {
    let store = embedded::store();
    for _ in 0..500 {
        make_room(&store, 1).await;
    }
    let refused = tries(&store, 1, 2, &[]).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::TooManyRooms(users))) if users == [user(1)]));
    assert_eq!(store.direct(user(1), user(2), Strong).await.unwrap(), None);
    assert!(store.memberships(user(2), Strong).await.unwrap().is_empty());
    assert_eq!(tries(&store, 2, 1, &[]).await.unwrap().1, Opening::Created);
}

#[tokio::test]
async fn strangers_keep_nobody_out_of_other_rooms() {
    let store = embedded::store();
    for stranger in 2..502 {
        opens(&store, stranger, 1, &[]).await;
    }
    let one_more = tries(&store, 502, 1, &[]).await;
    assert!(matches!(one_more, Err(Error::Refused(Refusal::NotAccepted))), "{one_more:?}");
    assert!(store.memberships(user(502), Strong).await.unwrap().is_empty());
    assert!(store.users_in_too_many_rooms([user(1)]).await.unwrap().is_empty());
    make_room(&store, 1).await;
    opens(&store, 1, 502, &[]).await;
}

#[tokio::test]
async fn a_member_hides_the_room_from_their_own_list_and_lists_it_again() {
    let store = embedded::store();
    let room = opens(&store, 1, 2, &[]).await;
    let hidden = async || the(&store, room).await.hidden_from;
    assert_eq!(hidden().await, [(user(2), MessageId::FIRST)].into());
    store.hide_room(user(1), room, message_id(5)).await.unwrap();
    store.list_room(user(2), room).await.unwrap();
    assert_eq!(hidden().await, [(user(1), message_id(5))].into());
    store.list_room(user(2), room).await.unwrap();
    store.hide_room(user(3), room, message_id(5)).await.unwrap();
    assert_eq!(hidden().await.len(), 1);
    let notes = opens(&store, 1, 1, &[]).await;
    assert!(the(&store, notes).await.hidden_from.is_empty());
}
