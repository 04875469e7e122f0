use domain::{ChangeKind, Error, Refusal, Role, Room, RoomId, RoomKind, RoomName};
use store::{ChangeTurn, Membership, Right, RoomChange, Store};

use crate::support::{NOW, PUSHES, create, joins, make_room, room_id, the, user};

async fn takes(store: &Store, room: RoomId, member: u64, right: Right) -> Result<ChangeTurn, Error> {
    store.take_change(room, user(member), ChangeKind::Edited, right, PUSHES, NOW).await
}

#[tokio::test]
async fn only_members_take_numbers() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    for right in [Right::Member, Right::Send { to_all: false }, Right::Admin] {
        let refused = takes(&store, room, 3, right).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotAMember))), "{right:?}: {refused:?}");
        let refused = takes(&store, room_id(9), 1, right).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::RoomNotFound))), "{right:?}: {refused:?}");
    }
    assert_eq!(takes(&store, room, 2, Right::Member).await.unwrap().number, 1);
}

#[tokio::test]
async fn only_admins_take_numbers_for_changes_by_admins() {
    let store = embedded::store();
    let room = make_room(&store, 2).await;
    let direct = store.next_room_id().await.unwrap();
    let direct = Room { members: [user(1), user(2)].into(), ..Room::new(direct, RoomKind::Direct, user(1), NOW) };
    let direct = create(&store, &direct, &[]).await.unwrap();
    for (room, member) in [(room, 2), (direct, 1), (direct, 2)] {
        let refused = takes(&store, room, member, Right::Admin).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotAnAdmin))), "{refused:?}");
    }
    assert_eq!(takes(&store, room, 1, Right::Admin).await.unwrap().number, 1);
}

#[tokio::test]
async fn a_room_keeps_the_last_number_of_its_own_while_messages_change() {
    let store = embedded::store();
    let id = store.next_room_id().await.unwrap();
    // The owner has left, as in a room from before there were owners.
    let members = (2..=4).map(user).collect();
    let id = create(&store, &Room { members, ..Room::new(id, RoomKind::Group, user(1), NOW) }, &[]).await.unwrap();
    let keeps = async |own: u64| {
        let edit = takes(&store, id, 3, Right::Member).await.unwrap();
        let room = the(&store, id).await;
        assert_eq!((room.room_change, edit.number, room.changes), (own, own + 1, own + 1));
        room
    };
    store.crown(&the(&store, id).await, user(2)).await.unwrap();
    let room = keeps(1).await;
    assert!(joins(&store, 5, id).await.unwrap());
    keeps(3).await;
    let people = [6, 7].map(|newcomer| Membership::begins(user(newcomer), &room, NOW)).to_vec();
    store.add(&room, user(2), people).await.unwrap();
    let room = keeps(6).await;
    assert!(store.set_role(&room, user(3), Role::Admin, user(2)).await.unwrap().is_some());
    let room = keeps(8).await;
    let change = RoomChange { name: RoomName::try_from("Garden".to_owned()).ok(), ..RoomChange::default() };
    assert!(store.change_room(&room, &change, user(2), NOW).await.unwrap().is_some());
    let room = keeps(10).await;
    assert!(store.remove(user(4), &room, user(2), None, NOW).await.unwrap());
    let room = keeps(12).await;
    assert!(store.leave(user(2), &room, Some(user(3)), NOW).await.unwrap());
    let room = keeps(14).await;
    assert!(store.leave(user(5), &room, None, NOW).await.unwrap());
    keeps(16).await;
}
