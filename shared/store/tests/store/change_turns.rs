use domain::{ChangeKind, Error, Refusal, Room, RoomId, RoomKind};
use store::{ChangeTurn, Right, Store};

use crate::support::{NOW, PUSHES, create, make_room, room_id, user};

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
