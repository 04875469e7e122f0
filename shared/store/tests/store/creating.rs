use domain::{Room, RoomKind};

use crate::support::{NOW, create, the, user};

#[tokio::test]
async fn an_attempt_after_one_whose_answer_was_lost_creates_no_other_room() {
    let store = embedded::store();
    let id = store.next_room_id().await.unwrap();
    let members = (1..=2).map(user).collect();
    let room = Room { members, ..Room::new(id, RoomKind::Group, user(1), NOW) };
    for _ in 0..2 {
        assert_eq!(create(&store, &room, &[]).await.unwrap(), id);
    }
    assert_eq!(the(&store, id).await.members, room.members);
}
