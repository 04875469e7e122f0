use std::collections::BTreeSet;

use domain::{Error, MAX_ROOMS_PER_USER, Refusal};
use store::Consistency::Strong;

use crate::support::{NOW, make_room, membership, message_id, room_id, send, try_make_room, user};

#[tokio::test]
async fn a_room_of_any_size_finds_its_members_memberships() {
    let store = embedded::store();
    for members in [1, 49, 50, 51, 150] {
        let room = make_room(&store, members).await;
        let users: BTreeSet<_> = (1..=members).map(user).collect();
        assert_eq!(store.room(room, Strong).await.unwrap().unwrap().members, users);
        let memberships = store.memberships_of_room(room, users.clone()).await.unwrap();
        assert_eq!(memberships.iter().map(|membership| membership.user_id).collect::<BTreeSet<_>>(), users);
    }
    assert_eq!(store.memberships(user(50), Strong).await.unwrap().len(), 3);
}

#[tokio::test]
async fn joining_and_leaving_change_room_and_memberships_together() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    assert!(store.join(&membership(user(2), room), 3).await.unwrap());
    assert!(!store.join(&membership(user(2), room), 3).await.unwrap());
    assert!(store.join(&membership(user(3), room), 3).await.unwrap());
    assert!(matches!(store.join(&membership(user(4), room), 3).await, Err(Error::Refused(Refusal::RoomFull))));
    assert!(matches!(
        store.join(&membership(user(4), room_id(9)), 3).await,
        Err(Error::Refused(Refusal::RoomNotFound))
    ));

    store.leave(user(2), room, NOW).await.unwrap();
    assert!(store.membership(user(2), room, Strong).await.unwrap().is_none());
    assert!(matches!(store.leave(user(2), room, NOW).await, Err(Error::Refused(Refusal::NotAMember))));
    assert!(matches!(store.leave(user(2), room_id(9), NOW).await, Err(Error::Refused(Refusal::RoomNotFound))));
    let members = store.room(room, Strong).await.unwrap().unwrap().members;
    assert_eq!(members, [user(1), user(3)].into());
}

#[tokio::test]
async fn a_room_that_everybody_left_can_be_joined() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    store.leave(user(1), room, NOW).await.unwrap();
    assert!(store.room(room, Strong).await.unwrap().unwrap().members.is_empty());
    assert!(store.join(&membership(user(1), room), 2).await.unwrap());
}

#[tokio::test]
async fn a_user_is_in_a_bounded_number_of_rooms() {
    let store = embedded::store();
    for _ in 0..MAX_ROOMS_PER_USER - 1 {
        make_room(&store, 1).await;
    }
    let (last, one_more) = (make_room(&store, 0).await, make_room(&store, 0).await);
    assert!(store.users_in_too_many_rooms([user(1)]).await.unwrap().is_empty());
    assert!(store.join(&membership(user(1), last), 9).await.unwrap());
    assert_eq!(store.users_in_too_many_rooms([user(1), user(2)]).await.unwrap(), [user(1)]);
    let refused = store.join(&membership(user(1), one_more), 9).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::TooManyRooms(users))) if users == [user(1)]));
    assert_eq!(store.memberships(user(1), Strong).await.unwrap().len(), 500);

    let made = try_make_room(&store, 1).await;
    assert!(matches!(made, Err(Error::Refused(Refusal::TooManyRooms(users))) if users == [user(1)]));

    store.leave(user(1), last, NOW).await.unwrap();
    assert!(store.join(&membership(user(1), one_more), 9).await.unwrap());
}

#[tokio::test]
async fn the_mark_of_somebody_who_came_later_does_not_move_back() {
    let store = embedded::store();
    let room = make_room(&store, 1).await;
    let before = send(&store, room, 0).await;
    send(&store, room, 1).await;
    store.join(&store::Membership { read_sequence: 2, ..membership(user(2), room) }, 9).await.unwrap();
    assert!(!store.mark_read(user(2), room, before.id, 1).await.unwrap());
    assert_eq!(store.membership(user(2), room, Strong).await.unwrap().unwrap().read_sequence, 2);
}

#[tokio::test]
async fn a_mark_moves_forward_only_and_for_members_only() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let (first, second) = (send(&store, room, 0).await, send(&store, room, 1).await);
    assert!(store.mark_read(user(2), room, second.id, 2).await.unwrap());
    assert!(!store.mark_read(user(2), room, second.id, 2).await.unwrap());
    assert!(!store.mark_read(user(2), room, first.id, 1).await.unwrap());
    let membership = store.membership(user(2), room, Strong).await.unwrap().unwrap();
    assert_eq!((membership.last_read, membership.read_sequence), (Some(second.id), 2));
    assert!(!store.mark_read(user(3), room, message_id(9), 9).await.unwrap());
    assert!(store.membership(user(3), room, Strong).await.unwrap().is_none());
}
