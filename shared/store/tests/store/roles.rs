use std::collections::BTreeSet;

use domain::{MAX_ADMINS, Role, Room, RoomId, RoomKind, UserId};
use store::Store;

use crate::support::{NOW, create, leaves, the, user};

/// A room of the users 1 to 4 with owner 1 and these admins.
async fn room_with_admins(store: &Store, admins: &[u64]) -> RoomId {
    let id = store.next_room_id().await.unwrap();
    let admins = admins.iter().copied().map(user).collect();
    let room = Room { members: (1..=4).map(user).collect(), admins, ..Room::new(id, RoomKind::Group, user(1), NOW) };
    create(store, &room, &[]).await.unwrap()
}

async fn sets(store: &Store, before: &Room, id: u64, role: Role, by: u64) -> Option<(UserId, BTreeSet<UserId>, u64)> {
    let after = store.set_role(before, user(id), role, user(by)).await.unwrap();
    after.map(|room| (room.owner, room.admins, room.changes))
}

#[tokio::test]
async fn an_admin_changes_roles_as_long_as_they_are_one() {
    let store = embedded::store();
    let id = room_with_admins(&store, &[2]).await;
    let room = the(&store, id).await;
    assert_eq!(sets(&store, &room, 4, Role::Admin, 3).await, None, "a member");
    assert_eq!(sets(&store, &room, 4, Role::Admin, 9).await, None, "a stranger");
    assert_eq!(sets(&store, &room, 4, Role::Owner, 2).await, None, "an admin hands over");
    assert_eq!(sets(&store, &room, 9, Role::Admin, 1).await, None, "of a stranger");
    assert_eq!(sets(&store, &room, 1, Role::Admin, 2).await, None, "of the owner");
    assert_eq!(sets(&store, &room, 3, Role::Admin, 2).await, Some((user(1), [2, 3].map(user).into(), 1)));
    assert_eq!(sets(&store, &room, 2, Role::Member, 3).await, Some((user(1), [3].map(user).into(), 2)));
    assert_eq!(sets(&store, &room, 3, Role::Member, 2).await, None, "an admin no longer");
    leaves(&store, 3, id).await;
    assert_eq!(sets(&store, &room, 4, Role::Admin, 3).await, None, "an admin who has left");
}

#[tokio::test]
async fn an_owner_hands_over_to_a_member_if_the_admins_are_those_that_were_read() {
    let store = embedded::store();
    let id = room_with_admins(&store, &[]).await;
    let room = the(&store, id).await;
    assert_eq!(sets(&store, &room, 2, Role::Owner, 1).await, Some((user(2), [1].map(user).into(), 1)));
    assert_eq!(sets(&store, &room, 3, Role::Owner, 1).await, None, "the owner no longer");
    assert_eq!(sets(&store, &room, 3, Role::Owner, 2).await, None, "the admins are others");
    let room = the(&store, id).await;
    assert_eq!(sets(&store, &room, 1, Role::Owner, 2).await, Some((user(1), [2].map(user).into(), 2)));
}

#[tokio::test]
async fn the_fifty_first_admin_is_none() {
    let store = embedded::store();
    let most = 100 + MAX_ADMINS as u64;
    let admins: Vec<u64> = (100..most - 1).collect();
    let id = room_with_admins(&store, &admins).await;
    let room = the(&store, id).await;
    assert!(sets(&store, &room, 2, Role::Admin, 1).await.is_some());
    assert_eq!(sets(&store, &room, 3, Role::Admin, 1).await, None);
}
