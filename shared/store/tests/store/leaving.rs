use std::collections::BTreeSet;

use domain::{Access, Error, Refusal, Role, Room, RoomId, RoomKind};
use store::{Ban, Consistency::Strong, Store};

use crate::support::{NOW, create, leaves, make_room, room_id, the, user};

/// A room of the users 1 to 4 with owner 1 and these admins.
async fn room_with_admins(store: &Store, admins: &[u64]) -> RoomId {
    let id = store.next_room_id().await.unwrap();
    let admins = admins.iter().copied().map(user).collect();
    let room = Room { members: (1..=4).map(user).collect(), admins, ..Room::new(id, RoomKind::Group, user(1), NOW) };
    create(store, &room, &[]).await.unwrap()
}

fn admins(room: &Room) -> Vec<u64> {
    room.admins.iter().map(|admin| admin.get()).collect()
}

/// Leaves as the use case does: with an heir, chosen again if the roles have changed.
async fn leaves_with_heir(store: &Store, id: u64, room: RoomId) {
    loop {
        let found = the(store, room).await;
        let others = |users: &BTreeSet<_>| users.iter().copied().find(|&other| other != user(id));
        let heir = others(&found.admins).or_else(|| others(&found.members)).filter(|_| found.owner == user(id));
        if store.leave(user(id), &found, heir, NOW).await.unwrap() {
            return;
        }
    }
}

#[tokio::test]
async fn a_room_by_invitation_is_not_found_by_a_member_who_leaves_twice() {
    let store = embedded::store();
    let id = store.next_room_id().await.unwrap();
    let members = [1, 2].map(user).into();
    let closed = Room { members, access: Access::Invite, ..Room::new(id, RoomKind::Group, user(1), NOW) };
    let room = create(&store, &closed, &[]).await.unwrap();
    let before = the(&store, room).await;
    leaves(&store, 2, room).await;
    let again = store.leave(user(2), &before, None, NOW).await;
    assert!(matches!(again, Err(Error::Refused(Refusal::RoomNotFound))), "{again:?}");
}

#[tokio::test]
async fn one_leaves_once() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let before = the(&store, room).await;
    leaves(&store, 2, room).await;
    let again = store.leave(user(2), &before, None, NOW).await;
    assert!(matches!(again, Err(Error::Refused(Refusal::NotAMember))), "{again:?}");
    let nowhere = Room { id: room_id(9), ..before };
    let refused = store.leave(user(2), &nowhere, None, NOW).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::RoomNotFound))), "{refused:?}");
}

#[tokio::test]
async fn an_owner_leaves_to_an_heir_who_is_what_they_were_when_they_were_chosen() {
    let store = embedded::store();
    let room = room_with_admins(&store, &[2, 3]).await;
    let before = the(&store, room).await;
    assert!(!store.leave(user(1), &before, None, NOW).await.unwrap(), "others are there");
    assert!(!store.leave(user(1), &before, Some(user(9)), NOW).await.unwrap(), "the heir is none of them");
    leaves(&store, 3, room).await;
    assert!(!store.leave(user(1), &before, Some(user(2)), NOW).await.unwrap(), "the admins are others");
    assert!(store.leave(user(1), &the(&store, room).await, Some(user(2)), NOW).await.unwrap());
    let after = the(&store, room).await;
    assert_eq!((after.owner, admins(&after), after.members), (user(2), vec![], [2, 4].map(user).into()));
}

#[tokio::test]
async fn when_the_owner_and_the_last_admin_leave_at_once_somebody_owns_the_room() {
    let store = embedded::store();
    for _ in 0..8 {
        let room = room_with_admins(&store, &[2]).await;
        tokio::join!(leaves_with_heir(&store, 1, room), leaves_with_heir(&store, 2, room));
        let after = the(&store, room).await;
        assert_eq!(after.members, [3, 4].map(user).into());
        assert!(after.members.contains(&after.owner) && after.admins.is_empty(), "{after:?}");
    }
}

#[tokio::test]
async fn an_admin_removes_members_and_admins_and_nobody_the_owner() {
    let store = embedded::store();
    let room = room_with_admins(&store, &[2, 3]).await;
    let remove = async |who, by| store.remove(user(who), &the(&store, room).await, user(by), None, NOW).await;
    let refused = remove(3, 4).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::NotAnAdmin))), "{refused:?}");
    let refused = remove(1, 2).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::OwnerStays))), "{refused:?}");
    assert!(remove(3, 2).await.unwrap());
    assert!(!remove(3, 2).await.unwrap(), "they are none any more");
    assert!(remove(4, 1).await.unwrap());
    let refused = remove(2, 3).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::NotAnAdmin))), "{refused:?}");
    let after = the(&store, room).await;
    assert_eq!([3, 4].map(|id| after.role(user(id))), [Role::Member; 2]);
    assert_eq!((admins(&after), after.members), (vec![2], [1, 2].map(user).into()));
    for id in [3, 4] {
        assert!(store.membership(user(id), room, Strong).await.unwrap().is_none());
        assert!(store.memberships(user(id), Strong).await.unwrap().is_empty());
        assert!(!store.is_banned(room, user(id)).await.unwrap());
    }
}

#[tokio::test]
async fn a_removal_bans_in_the_same_moment() {
    let store = embedded::store();
    let room = room_with_admins(&store, &[]).await;
    let before = the(&store, room).await;
    let ban = Ban::new(room, user(2), user(1), NOW);
    assert!(!store.ban(&before, &ban).await.unwrap(), "members are removed");
    assert!(store.remove(user(2), &before, user(1), Some(&ban), NOW).await.unwrap());
    assert!(store.is_banned(room, user(2)).await.unwrap());
    let by_a_member = Ban::new(room, user(9), user(3), NOW);
    let refused = store.ban(&before, &by_a_member).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::NotAnAdmin))), "{refused:?}");
    let refused = store.lift_ban(&before, user(2), user(3)).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::NotAnAdmin))), "{refused:?}");
    store.lift_ban(&before, user(2), user(1)).await.unwrap();
    assert!(!store.is_banned(room, user(2)).await.unwrap());
}

#[tokio::test]
async fn two_who_remove_each_other_do_not_both_remain() {
    let store = embedded::store();
    for _ in 0..8 {
        let room = room_with_admins(&store, &[2, 3]).await;
        let before = the(&store, room).await;
        let remove = async |who, by| store.remove(user(who), &before, user(by), None, NOW).await;
        let (two, three) = tokio::join!(remove(2, 3), remove(3, 2));
        let removed = [&two, &three].into_iter().filter(|outcome| matches!(outcome, Ok(true))).count();
        assert_eq!((removed, the(&store, room).await.members.len()), (1, 3), "{two:?} {three:?}");
    }
}
